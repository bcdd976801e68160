import { adtEvent } from './adt-event';
import { decodeMessage } from '../../../runtime/hl7/charset';
import { describePlace, type Hl7Fault, Hl7Refusal } from '../../../runtime/hl7/fault';
import { parseMessage, requireWhole } from '../../../runtime/hl7/message';
import type { DecodedEvent } from '../decode/decoder';

/** Why a message is not stored. The reason beside it names the places that are wrong. */
export const HL7_REJECTIONS = [
  /** No message can be read of it. */
  'hl7_unreadable',
  /** A message of another type, event, version or purpose. */
  'hl7_not_taken',
  /** A message that is taken, and says what cannot be. */
  'hl7_invalid',
  /** A merge of a patient into itself. */
  'merge_into_itself',
] as const;
export type Hl7RejectionCode = (typeof HL7_REJECTIONS)[number];

/** Faults told at most: a person mends the first ones. */
const FAULTS_MAX = 20;

/** Reads an HL7 v2 message as it lies in the stream: what it changes, or why it changes nothing. It never throws for what a message says. */
export function decodeHl7(data: Uint8Array, now: Date): DecodedEvent {
  try {
    const message = parseMessage(decodeMessage(data, undefined));
    requireWhole(message);
    return { event: adtEvent(message.segments, now) };
  } catch (error) {
    if (!(error instanceof Hl7Refusal)) throw error;
    return { rejection: { reasonCode: reasonCodeOf(error), reason: reasonOf(error.faults) } };
  }
}

function reasonCodeOf({ code, faults }: Hl7Refusal): Hl7RejectionCode {
  const conditions = faults.map(({ condition }) => condition);
  if (conditions.every((condition) => condition === '205')) return 'merge_into_itself';
  if (code === 'AE') return 'hl7_invalid';
  return conditions.some((condition) => condition.startsWith('2')) ? 'hl7_not_taken' : 'hl7_unreadable';
}

/** Every fault with its place, such as `PID[1]-7: Expected a date …`. */
function reasonOf(faults: readonly Hl7Fault[]): string {
  const told = faults.slice(0, FAULTS_MAX).map(({ place, text }) => `${describePlace(place)}: ${text}`);
  const rest = faults.length - told.length;
  return [...told, ...(rest === 0 ? [] : [`${rest} more are not listed`])].join('; ');
}
