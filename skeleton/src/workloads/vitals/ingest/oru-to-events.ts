import { ENTRIES_MAX } from './batch-bundle';
import { type ObxReading, readObx } from './oru-observations';
import { type IngestEvent, toIngestEvent } from './reading-draft';
import { FHIR_ID_PATTERN } from '../../../runtime/fhir/identifiers';
import { offsetOf } from '../../../runtime/hl7/date-time';
import { type Hl7Fault, Hl7Refusal } from '../../../runtime/hl7/fault';
import type { Segment } from '../../../runtime/hl7/message';

export interface OruEvents {
  readonly events: readonly IngestEvent[];
  /** What was left out, each with its place. */
  readonly warnings: readonly Hl7Fault[];
}

/** Readings that make one event: of one patient and device, of one OBR and one moment, each code once. */
interface Group {
  readonly patientId: string;
  readonly obr: Segment;
  readonly readings: ObxReading[];
  /** Which of the groups that are alike in all of the above. */
  readonly repeat: number;
}

/**
 * The events of an ORU^R01: PID names the patient for the OBR behind it, and each OBR holds for the OBX behind it. Other segments are
 * not looked at.
 *
 * An event's id is made of MSH-3, MSH-4, MSH-10 and the group's own place and time, so that a message that comes again stores once.
 * @throws Hl7Refusal AE with every fault, so that nothing of the message is stored.
 */
export function oruToEvents(segments: readonly [Segment, ...Segment[]], now: Date, retentionDays: number): OruEvents {
  const [header] = segments;
  const { groups, faults, warnings } = readGroups(segments);
  const events: IngestEvent[] = [];
  for (const group of groups) {
    const [first] = group.readings;
    if (first === undefined) continue;
    const { patientId, obr, repeat } = group;
    const { deviceId, observedAt, timeField } = first;
    const message = [3, 4, 10].map((field) => [1, 2, 3].map((part) => header.component(field, part)).join('^'));
    const result = toIngestEvent(
      {
        patientId,
        deviceId,
        observedAt,
        measurements: group.readings.map(({ measurement }) => measurement),
        name: ['hl7v2', ...message, patientId, String(obr.sequence), deviceId, observedAt, String(repeat)],
      },
      now,
      retentionDays,
    );
    if ('event' in result) events.push(result.event);
    // All but the time has been checked.
    else faults.push(timeField.segment.fault('102', timeField.field, result.rejection.reason));
  }
  if (events.length === 0 && faults.length === 0) faults.push(...nothingToStore(segments, warnings));
  const [first, ...rest] = faults;
  if (first !== undefined) throw new Hl7Refusal('AE', [first, ...rest]);
  return { events, warnings };
}

function readGroups(segments: readonly [Segment, ...Segment[]]) {
  const [header] = segments;
  const [offset, device] = [offsetOf(header.component(7)), header.component(3)];
  const groups = new Map<string, Group>();
  const faults: Hl7Fault[] = [];
  const warnings: Hl7Fault[] = [];
  let isAfterPatient = false;
  let patientId: string | undefined;
  let obr: Segment | undefined;
  for (const segment of segments) {
    if (segment.name === 'PID') {
      isAfterPatient = true;
      obr = undefined;
      patientId = patientOf(segment);
      if (patientId === undefined) faults.push(patientFault(segment));
    } else if (segment.name === 'OBR') {
      obr = segment;
      if (!isAfterPatient) faults.push(outOfOrder(segment, 'PID'));
    } else if (segment.name === 'OBX') {
      if (obr === undefined) {
        faults.push(outOfOrder(segment, 'OBR'));
      } else {
        const result = readObx(segment, { obr, device, offset });
        if (result === undefined) continue;
        if ('faults' in result) {
          for (const fault of result.faults) (fault.severity === 'W' ? warnings : faults).push(fault);
        } else if (patientId !== undefined) {
          addTo(groups, { patientId, obr, reading: result.reading });
          // What is refused anyway is not read to its end.
          if (groups.size > ENTRIES_MAX) return { groups: [], faults: [tooMany(segment)], warnings };
        }
      }
    }
  }
  return { groups: [...groups.values()], faults, warnings };
}

/** Adds to the first group that has not got the code yet: two sensors may measure the same at one moment. */
function addTo(
  groups: Map<string, Group>,
  { patientId, obr, reading }: { patientId: string; obr: Segment; reading: ObxReading },
): void {
  for (let repeat = 1; ; repeat += 1) {
    const key = JSON.stringify([patientId, obr.sequence, reading.deviceId, reading.observedAt, repeat]);
    const group = groups.get(key) ?? { patientId, obr, readings: [], repeat };
    if (group.readings.some(({ measurement }) => measurement.code === reading.measurement.code)) continue;
    group.readings.push(reading);
    groups.set(key, group);
    return;
  }
}

/** The medical record number among the identifiers (PID-3.5, HL7 table 0203), else the first of them. */
function patientOf(pid: Segment): string | undefined {
  const repetitions = Array.from({ length: pid.repetitions(3) }, (_, index) => index);
  const chosen = repetitions.find((repetition) => pid.component(3, 5, repetition) === 'MR') ?? 0;
  const id = pid.component(3, 1, chosen);
  return FHIR_ID_PATTERN.test(id) ? id : undefined;
}

function patientFault(pid: Segment): Hl7Fault {
  const legal = 'Expected the patient’s id in PID-3.1: 1 to 64 letters, digits, hyphens and dots';
  return pid.fault(pid.isEmpty(3) ? '101' : '102', 3, legal);
}

function outOfOrder(segment: Segment, before: string): Hl7Fault {
  return { condition: '100', place: segment.place(), text: `There is no ${before} before it, to which it belongs` };
}

function nothingToStore(segments: readonly Segment[], warnings: readonly Hl7Fault[]): Hl7Fault[] {
  // What was left out is then what is wrong.
  if (warnings.length > 0) return warnings.map(({ condition, place, text }) => ({ condition, place, text }));
  const missing = ['PID', 'OBR', 'OBX'].find((name) => !segments.some((segment) => segment.name === name)) ?? 'OBX';
  const text = missing === 'OBX' ? 'There is no OBX with a value' : `${missing} is missing`;
  return [{ condition: '101', place: { segment: missing, sequence: 1 }, text }];
}

function tooMany(segment: Segment): Hl7Fault {
  const text = `The message holds more than ${ENTRIES_MAX} readings of one moment each: send it in several messages`;
  return { condition: '207', place: segment.place(), text };
}
