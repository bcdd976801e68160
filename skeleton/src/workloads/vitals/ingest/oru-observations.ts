import { vitalSignOf, STORED_CODES, ucumOf, type Coded } from './hl7-codes';
import { UNKNOWN_DEVICE } from './reading-draft';
import { FHIR_ID_PATTERN } from '../../../runtime/fhir/identifiers';
import { rfc3339 } from '../../../runtime/hl7/date-time';
import type { Hl7Fault } from '../../../runtime/hl7/fault';
import type { Segment } from '../../../runtime/hl7/message';
import { uuidV5 } from '../../../runtime/uuid-v5';
import type { Measurement } from '../event';
import { vitalSignByCode } from '../vital-signs';

/** One OBX with a vital sign. */
export interface ObxReading {
  readonly obx: Segment;
  readonly measurement: Measurement;
  /** RFC 3339 with offset. */
  readonly observedAt: string;
  /** Where the time was read. */
  readonly timeField: { readonly segment: Segment; readonly field: number };
  readonly deviceId: string;
}

/** What surrounds an OBX. */
export interface ObxContext {
  readonly obr: Segment;
  /** Name of the device when OBX-18 says none. */
  readonly device: string;
  /** Offset of times that have none. */
  readonly offset: string | undefined;
}

/** A reading; faults; or nothing, since there is no value. */
export type ObxResult = { readonly reading: ObxReading } | { readonly faults: readonly Hl7Fault[] } | undefined;

/** HL7 v2.5.1, data type NM. */
const NUMERIC = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/**
 * OBX-11 of values that are stored (HL7 table 0085): final, corrected, and R, entered and not verified, which is what monitors
 * send of all that they measure by themselves (IHE PCD-01), and what devices write into the stream as well.
 */
const STORED_STATUSES = ['F', 'C', 'R'];

/** No value could be had: monitors then send none, or a number that stands for none. */
const WITHOUT_RESULT = 'X';

/**
 * Reads one OBX. One without a value says how a device is made up (IHE PCD-01) or that nothing was measured. One that is no vital
 * sign is left out with a warning, since monitors send many values more than those. One that is, is stored or is a fault.
 */
export function readObx(obx: Segment, context: ObxContext): ObxResult {
  if (obx.isEmpty(5) || obx.component(11) === WITHOUT_RESULT) return undefined;
  const code = vitalSignOf([codedOf(obx, 3, 1), codedOf(obx, 3, 4)]);
  if (code === undefined) {
    const text = `No vital sign that is stored here, and left out: there are ${STORED_CODES} of LN, and codes of MDC for them`;
    return { faults: [{ ...obx.fault('103', 3, text), severity: 'W' }] };
  }
  const faults: Hl7Fault[] = [];
  const measurement = readValue(obx, code, faults);
  if (!STORED_STATUSES.includes(obx.component(11))) {
    const condition = obx.isEmpty(11) ? '101' : '103';
    faults.push(obx.fault(condition, 11, `Legal are ${STORED_STATUSES.join(', ')}, and X for none`));
  }
  const timeField = obx.isEmpty(14) ? { segment: context.obr, field: 7 } : { segment: obx, field: 14 };
  const observedAt = rfc3339(timeField.segment.component(timeField.field), context.offset);
  if (observedAt === undefined) faults.push(timeFault(timeField));
  if (faults.length > 0 || measurement === undefined || observedAt === undefined) return { faults };
  const deviceId = deviceOf(obx.component(18) || obx.component(18, 3)) ?? deviceOf(context.device) ?? UNKNOWN_DEVICE;
  return { reading: { obx, measurement, observedAt, timeField, deviceId } };
}

function readValue(obx: Segment, code: string, faults: Hl7Fault[]): Measurement | undefined {
  const text = obx.component(5).trim();
  const value = Number(text);
  if (obx.component(2) !== 'NM') faults.push(obx.fault(obx.isEmpty(2) ? '101' : '103', 2, 'Legal is NM'));
  const isOne = obx.repetitions(5) === 1 && NUMERIC.test(text) && Number.isFinite(value);
  if (!isOne) faults.push(obx.fault('102', 5, 'Expected one number'));
  const units = vitalSignByCode(code)?.units ?? {};
  const unit = ucumOf(codedOf(obx, 6, 1)) ?? ucumOf(codedOf(obx, 6, 4)) ?? '';
  const range = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (range === undefined) {
    const legal = `Legal units of ${code} are ${Object.keys(units).join(', ')} of UCUM, and those of MDC for them`;
    faults.push(obx.fault(obx.isEmpty(6) ? '101' : '103', 6, legal));
    return undefined;
  }
  if (!isOne) return undefined;
  if (value >= range.low && value <= range.high) return { code, value, unit };
  faults.push(obx.fault('102', 5, `${code} in ${unit} cannot be so: possible is ${range.low} to ${range.high}`));
  return undefined;
}

function timeFault({ segment, field }: ObxReading['timeField']): Hl7Fault {
  const text = 'Expected a time to the minute or finer, with offset here or in MSH-7, such as 20261122100000+0100';
  return segment.fault(segment.isEmpty(field) ? '101' : '102', field, text);
}

function codedOf(obx: Segment, field: number, first: 1 | 4): Coded {
  return { code: obx.component(field, first).trim(), system: obx.component(field, first + 2).trim() };
}

/** The namespace of what tells two devices apart whose names differ in characters only that an id cannot have. */
const NAMESPACE = 'c5d0a3f2-3c55-4c0c-8a41-6f5f6f0c7e19';

/** A device's name as a FHIR id; `undefined` when there is none. What an id cannot have becomes a hyphen, and a digest follows. */
function deviceOf(name: string): string | undefined {
  if (name === '') return undefined;
  if (FHIR_ID_PATTERN.test(name)) return name;
  return `${name.replace(/[^A-Za-z0-9\-.]/g, '-').slice(0, 48)}.${uuidV5(NAMESPACE, name).slice(0, 8)}`;
}
