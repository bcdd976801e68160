import { isUtf8 } from 'node:buffer';
import { isLines, linesOf, LINES_MAX } from './lines';
import { reasonOf } from './refusal';
import { type RejectionCode, REJECTIONS } from './rejections';
import { decodeSubmission } from './submission';
import { DecodedRecord, RejectedEvent, WHOLE_RECORD } from '../../../runtime/kinesis/workload';
import type { RecordEvent } from '../record-event';

/** Longest event, in bytes. */
export const EVENT_BYTES_MAX = 1_048_576;

/** Why an event is not stored: one of a closed list, and for people. */
export interface Rejection {
  readonly reasonCode: string;
  /** Never repeats what the event says. */
  readonly reason: string;
}

export type DecodedEvent = { readonly event: RecordEvent } | { readonly rejection: Rejection };

export interface RecordDecoder {
  /** Reads a record of the stream: an HL7 v2 message, a JSON document, or lines of JSON, each judged by itself. */
  decodeRecord(data: Uint8Array, now: Date): DecodedRecord<RecordEvent>;
  /** Reads one event, as it lies in quarantine. */
  decodeEvent(data: Uint8Array, now: Date): DecodedEvent;
}

export interface RecordDecoderSettings {
  /** Types of resource that the tenant takes. */
  readonly resourceTypes: readonly string[];
  /** Reads an HL7 v2 message, which begins with `MSH`. */
  readonly decodeHl7: (data: Uint8Array, now: Date) => DecodedEvent;
}

/** A decoder of what producers send. It never throws for what a record says. */
export function recordDecoder({ resourceTypes, decodeHl7 }: RecordDecoderSettings): RecordDecoder {
  const taken: ReadonlySet<string> = new Set(resourceTypes);

  function decodeEvent(data: Uint8Array, now: Date): DecodedEvent {
    if (data.length > EVENT_BYTES_MAX) return rejected('event_too_large');
    if (isHl7(data)) return decodeHl7(data, now);
    if (!isUtf8(data)) return rejected('record_not_utf8');
    const submission = decodeSubmission(textOf(data), taken);
    if ('event' in submission) return submission;
    return { rejection: { reasonCode: submission.refusal.code, reason: reasonOf(submission.refusal) } };
  }

  function decodeLines(data: Uint8Array, now: Date): DecodedRecord<RecordEvent> {
    const lines = linesOf(data);
    if (lines.length > LINES_MAX) return whole(data, rejected('record_too_many_lines').rejection);
    const accepted: Array<{ eventIndex: number; event: RecordEvent }> = [];
    const refused: RejectedEvent[] = [];
    lines.forEach((line, eventIndex) => {
      if (isBlank(line)) return;
      const result = decodeEvent(line, now);
      if ('event' in result) accepted.push({ eventIndex, event: result.event });
      else refused.push({ eventIndex, ...result.rejection, payload: line });
    });
    return { accepted, rejected: refused };
  }

  return {
    decodeEvent,
    decodeRecord(data, now) {
      if (isBlank(data)) return whole(data, rejected('record_empty').rejection);
      if (!isHl7(data) && isLines(data)) return decodeLines(data, now);
      const result = decodeEvent(data, now);
      if ('rejection' in result) return whole(data, result.rejection);
      return { accepted: [{ eventIndex: WHOLE_RECORD, event: result.event }], rejected: [] };
    },
  };
}

const MSH = Buffer.from('MSH');

function isHl7(data: Uint8Array): boolean {
  return MSH.equals(data.subarray(0, MSH.length));
}

function isBlank(data: Uint8Array): boolean {
  return data.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
}

function rejected(reasonCode: RejectionCode): { readonly rejection: Rejection } {
  return { rejection: { reasonCode, reason: REJECTIONS[reasonCode] } };
}

function whole(data: Uint8Array, rejection: Rejection): DecodedRecord<RecordEvent> {
  return { accepted: [], rejected: [{ eventIndex: WHOLE_RECORD, ...rejection, payload: data }] };
}
