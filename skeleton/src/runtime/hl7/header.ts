import { type ErrorCondition, type Hl7Fault, Hl7Refusal } from './fault';
import type { Segment } from './message';

/** The messages that a receiver takes. */
export interface TakenMessages<Trigger extends string> {
  /** MSH-9.1, such as `ORU` (HL7 table 0076). */
  readonly type: string;
  /** MSH-9.2 (HL7 table 0003). */
  readonly triggers: readonly [Trigger, ...Trigger[]];
  /** Versions whose segments and fields are the same, as far as they are read. */
  readonly versions: { readonly pattern: RegExp; readonly legal: string };
}

/**
 * Judges whether a message is one that is taken at all: of this type, in production, of a version that is read.
 *
 * @returns the trigger event.
 * @throws Hl7Refusal AR with everything in MSH that is missing or not supported.
 */
export function requireHeader<Trigger extends string>(header: Segment, taken: TakenMessages<Trigger>): Trigger {
  const { type, triggers, versions } = taken;
  const faults: Hl7Fault[] = [];
  const demand = (field: number, isLegal: boolean, condition: ErrorCondition, text: string) => {
    if (header.isEmpty(field)) faults.push(header.fault('101', field, `MSH-${field} is missing: ${text}`));
    else if (!isLegal) faults.push(header.fault(condition, field, text));
  };
  const legal = `Legal ${triggers.length === 1 ? 'is' : 'are'} ${triggers.map((one) => `${type}^${one}`).join(', ')}`;
  const trigger = triggers.find((one) => one === header.component(9, 2));
  const isType = header.component(9) === type;
  demand(9, isType, '200', legal);
  if (isType && trigger === undefined) faults.push(header.fault('201', 9, legal));
  demand(10, true, '101', 'Expected an id of the message, by which it is known when it comes again');
  demand(11, header.component(11) === 'P', '202', 'Legal is P: messages of trainings and tests are not stored');
  demand(12, versions.pattern.test(header.component(12)), '203', versions.legal);
  const [first, ...rest] = faults;
  if (first !== undefined) throw new Hl7Refusal('AR', [first, ...rest]);
  // One of the faults was that there is none.
  if (trigger === undefined) throw new Error('a message without a trigger event passed');
  return trigger;
}
