import { fhirDateTime, type Hl7Time, millisecondsOf, readTime, TIME_LEGAL } from './time';
import type { Hl7Fault } from '../../../runtime/hl7/fault';
import { type Field, fieldOf } from '../../../runtime/hl7/field';
import type { Segment } from '../../../runtime/hl7/message';

/** The events that are taken (HL7 table 0003). */
export const TRIGGERS = ['A01', 'A03', 'A04', 'A08', 'A40'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** What is known of a message as a whole while its segments are read. */
export interface AdtContext {
  readonly trigger: Trigger;
  /** Offset of times that have none of their own: that of MSH-7. */
  readonly offset: string | undefined;
  /** When the sender recorded what it says, as an ISO instant. */
  readonly recordedAt: string;
  /** The same in milliseconds since 1970, or now where that is later. */
  readonly latestMs: number;
  /** Takes what is wrong. */
  readonly faults: Hl7Fault[];
}

const DAY_MS = 86_400_000;

/**
 * Reads when a message's event was recorded: EVN-2, else MSH-7. It decides which of two messages is the newer one, so that one
 * of the future is refused: every later message would be taken for an older one. A day is let pass for clocks and offsets.
 */
export function contextOf(
  trigger: Trigger,
  { header, evn, now }: { readonly header: Segment; readonly evn: Segment | undefined; readonly now: Date },
): AdtContext {
  const faults: Hl7Fault[] = [];
  const offset = timeOf(fieldOf(header, 7), faults)?.offset;
  const recorded = [evn === undefined ? undefined : fieldOf(evn, 2), fieldOf(header, 7)].flatMap((field) => {
    const time = field === undefined ? undefined : timeOf(field, []);
    return field === undefined || time?.clock === undefined ? [] : [{ field, ms: millisecondsOf(time, offset) }];
  });
  if (evn !== undefined) timeOf(fieldOf(evn, 2), faults);
  const [first] = recorded;
  const nowMs = now.getTime();
  if (first === undefined) {
    faults.push(
      header.fault(
        '101',
        7,
        'Expected the date and time of the message, here or in EVN-2, such as 20261122100000+0000',
      ),
    );
  } else if (first.ms > nowMs + DAY_MS) {
    faults.push(first.field.fault('102', 'It is in the future: legal is a day from now at most'));
  }
  const ms = first?.ms ?? 0;
  return { trigger, offset, recordedAt: new Date(ms).toISOString(), latestMs: Math.max(ms, nowMs) + DAY_MS, faults };
}

/** The time in a field; `undefined` when it says none, or one that is a fault. */
export function timeOf(field: Field, faults: Hl7Fault[]): Hl7Time | undefined {
  const text = field.text();
  if (text === undefined) return undefined;
  const time = readTime(text);
  if (time === undefined) faults.push(field.fault('102', TIME_LEGAL));
  return time;
}

/** The time in a field that cannot be to come. */
export function pastTimeOf(field: Field, { faults, offset, latestMs }: AdtContext): Hl7Time | undefined {
  const time = timeOf(field, faults);
  if (time === undefined || millisecondsOf(time, offset) <= latestMs) return time;
  faults.push(field.fault('102', 'It is in the future, and cannot be'));
  return undefined;
}

/** As FHIR's dateTime. */
export function dateTimeOf(time: Hl7Time | undefined, { offset }: AdtContext): string | undefined {
  return time === undefined ? undefined : fhirDateTime(time, offset);
}

/**
 * Whether one time is before the other, by as much as both tell: two times of one day are in any order where one of them tells the
 * day only.
 */
export function isBefore(one: Hl7Time, other: Hl7Time, { offset }: AdtContext): boolean {
  if (one.clock !== undefined && other.clock !== undefined) {
    return millisecondsOf(one, offset) < millisecondsOf(other, offset);
  }
  const length = Math.min(one.date.length, other.date.length);
  return one.date.slice(0, length) < other.date.slice(0, length);
}
