import { vitalSignByCode } from './vital-signs';

/** A measurement of an event, checked. */
export interface Measurement {
  /** LOINC code of a vital sign. */
  readonly code: string;
  readonly value: number;
  /** UCUM unit that is legal for the code. */
  readonly unit: string;
}

/** An event of a patient monitor, checked: schema version 1.0. */
export interface VitalSignsEvent {
  /** The event's own id, a UUID in small letters. The same event always has the same id, however often it is sent. */
  readonly id: string;
  readonly deviceId: string;
  readonly patientId: string;
  /** Time of observation in milliseconds since 1970. Digits beyond milliseconds are cut off. */
  readonly observedAtMs: number;
  readonly measurements: readonly Measurement[];
}

/** Why an event is not stored. The text names the fault and the field, and never repeats what the event says. */
export const REJECTIONS = {
  record_empty: 'The record holds no event',
  record_not_utf8: 'The record is not UTF-8, and no line of it is an event',
  record_too_many_lines: 'The record has more lines than events could fit',
  event_not_utf8: 'The line is not UTF-8',
  event_too_large: 'The line is longer than an event can be, 32768 bytes',
  event_not_json: 'The line is no JSON',
  event_not_object: 'The line is JSON, but no object',
  unknown_version: 'version is missing or unknown: expected 1.0',
  unknown_field: 'The event has a field that version 1.0 does not know',
  invalid_id: 'id is missing or no UUID',
  invalid_device_id: 'deviceId is missing or no FHIR id: expected 1 to 64 letters, digits, hyphens and dots',
  invalid_patient_id: 'patientId is missing or no FHIR id: expected 1 to 64 letters, digits, hyphens and dots',
  invalid_observed_at:
    'observedAt is missing or no date and time of RFC 3339 with offset, such as 2026-11-22T10:00:00.000Z',
  impossible_observed_at: 'observedAt is a date or a time that does not exist',
  observed_in_future: 'observedAt is more than five minutes ahead of the time of receipt',
  observed_too_long_ago: 'observedAt is older than observations are kept',
  invalid_measurements: 'measurements is missing or no list of 1 to 50 measurements',
  invalid_measurement: 'A measurement is no object with code, value and unit and nothing else',
  unknown_code: 'code is missing or no LOINC code of a vital sign that this pipeline knows',
  duplicate_code: 'A code appears twice in the event',
  invalid_value: 'value is missing or no finite number',
  wrong_unit: 'unit is missing or no UCUM unit that is legal for the code',
  implausible_value: 'value is outside of what is physically possible for code and unit',
} as const;

/** Closed list of reasons, as written into the quarantine. */
export type RejectionCode = keyof typeof REJECTIONS;

export type EventResult = { readonly event: VitalSignsEvent } | { readonly rejection: RejectionCode };

/** Which times of observation are accepted. Milliseconds since 1970, both included. */
export interface ObservationWindow {
  readonly earliestMs: number;
  readonly latestMs: number;
}

const FUTURE_TOLERANCE_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const MEASUREMENTS_MAX = 50;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** FHIR R4, data type `id`. */
const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/;
/** RFC 3339, section 5.6, `date-time` with capital letters, as FHIR's `instant` has it. */
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

const EVENT_KEYS_COUNT = 6;
const MEASUREMENT_KEYS_COUNT = 3;

/** The window at a time of receipt: from the retention's beginning to five minutes ahead, since clocks of monitors differ. */
export function observationWindow(now: Date, retentionDays: number): ObservationWindow {
  return { earliestMs: now.getTime() - retentionDays * DAY_MS, latestMs: now.getTime() + FUTURE_TOLERANCE_MS };
}

/**
 * Checks one event, as parsed from JSON, and tells the first fault in the order of the fields.
 *
 * Written by hand and not by a schema library: it runs for every event, and its answer has to be one of a closed list in
 * words that cannot contain patient data.
 */
export function checkEvent(json: unknown, window: ObservationWindow): EventResult {
  if (!isObject(json)) return { rejection: 'event_not_object' };
  const { version, id, deviceId, patientId, observedAt, measurements } = json;
  if (version !== '1.0') return { rejection: 'unknown_version' };
  if (typeof id !== 'string' || !UUID.test(id)) return { rejection: 'invalid_id' };
  if (typeof deviceId !== 'string' || !FHIR_ID.test(deviceId)) return { rejection: 'invalid_device_id' };
  if (typeof patientId !== 'string' || !FHIR_ID.test(patientId)) return { rejection: 'invalid_patient_id' };
  const observedAtMs = parseDateTime(observedAt);
  if (typeof observedAtMs === 'string') return { rejection: observedAtMs };
  if (observedAtMs > window.latestMs) return { rejection: 'observed_in_future' };
  if (observedAtMs < window.earliestMs) return { rejection: 'observed_too_long_ago' };
  const checked = checkMeasurements(measurements);
  if (typeof checked === 'string') return { rejection: checked };
  // All six are there by now, so a seventh is one that nobody knows.
  if (Object.keys(json).length !== EVENT_KEYS_COUNT) return { rejection: 'unknown_field' };
  return { event: { id: id.toLowerCase(), deviceId, patientId, observedAtMs, measurements: checked } };
}

function checkMeasurements(value: unknown): Measurement[] | RejectionCode {
  if (!Array.isArray(value) || value.length === 0 || value.length > MEASUREMENTS_MAX) return 'invalid_measurements';
  const items: readonly unknown[] = value;
  const checked: Measurement[] = [];
  for (const item of items) {
    const measurement = checkMeasurement(item);
    if (typeof measurement === 'string') return measurement;
    if (checked.some(({ code }) => code === measurement.code)) return 'duplicate_code';
    checked.push(measurement);
  }
  return checked;
}

function checkMeasurement(item: unknown): Measurement | RejectionCode {
  if (!isObject(item)) return 'invalid_measurement';
  const { code, value, unit } = item;
  const vitalSign = typeof code === 'string' ? vitalSignByCode(code) : undefined;
  if (typeof code !== 'string' || vitalSign === undefined) return 'unknown_code';
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'invalid_value';
  if (typeof unit !== 'string' || !Object.hasOwn(vitalSign.units, unit)) return 'wrong_unit';
  const range = vitalSign.units[unit];
  if (range === undefined) return 'wrong_unit';
  if (value < range.low || value > range.high) return 'implausible_value';
  if (Object.keys(item).length !== MEASUREMENT_KEYS_COUNT) return 'invalid_measurement';
  return { code, value, unit };
}

/** Milliseconds since 1970, or what is wrong. */
function parseDateTime(
  value: unknown,
): number | Extract<RejectionCode, 'invalid_observed_at' | 'impossible_observed_at'> {
  const match = typeof value === 'string' ? DATE_TIME.exec(value) : null;
  if (match === null) return 'invalid_observed_at';
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const offset = [Number(offsetHour ?? 0), Number(offsetMinute ?? 0)] as const;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || offset[0] > 23 || offset[1] > 59) {
    return 'impossible_observed_at';
  }
  const milliseconds = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // Another month than asked for: JavaScript carried a day that the month does not have, or a month that no year has.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return 'impossible_observed_at';
  const local = date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000 + milliseconds;
  const offsetMs = (offset[0] * 60 + offset[1]) * 60_000;
  return sign === '-' ? local + offsetMs : local - offsetMs;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
