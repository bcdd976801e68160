import { uuidV5 } from '../../../runtime/uuid-v5';
import { checkEvent, type Measurement, observationWindow, type RejectionCode, REJECTIONS } from '../event';
import { observationId } from '../observation-id';

/** What one event is to say, as read from a resource or a message, before it has an id. */
export interface ReadingDraft {
  readonly patientId: string;
  readonly deviceId: string;
  /** RFC 3339 with offset. */
  readonly observedAt: string;
  readonly measurements: readonly Measurement[];
  /** What the sender calls it, which makes the event's id; `undefined` when the content alone does. */
  readonly name: readonly string[] | undefined;
}

/** An event as the stream takes it, and what it will be found under. */
export interface IngestEvent {
  readonly id: string;
  readonly patientId: string;
  /** The event in JSON, of version 1.0. */
  readonly line: string;
  /** Ids of the Observations that a search will show, one a measurement. */
  readonly observationIds: readonly string[];
}

/** Why there is no event. */
export interface DraftRejection {
  readonly code: RejectionCode;
  /** In words, without a value. */
  readonly reason: string;
}

export type DraftResult = { readonly event: IngestEvent } | { readonly rejection: DraftRejection };

/** The device of a reading that names none. */
export const UNKNOWN_DEVICE = 'unknown-device';

/** The namespace of the ids of events that come in through the API. */
const NAMESPACE = '0f4be2a8-6d9f-4f43-9d5c-2b8a7c1f5e36';

/** Stands in until the id is made, which needs the event checked. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Makes an event of a draft. It passes the very check that processors make, so what is accepted here is not quarantined there.
 *
 * @param now judges the time of observation.
 */
export function toIngestEvent(draft: ReadingDraft, now: Date, retentionDays: number): DraftResult {
  const { patientId, deviceId, observedAt, measurements, name } = draft;
  const wire = { version: '1.0', id: NO_ID, deviceId, patientId, observedAt, measurements };
  const result = checkEvent(wire, observationWindow(now, retentionDays));
  if ('rejection' in result) return { rejection: { code: result.rejection, reason: REJECTIONS[result.rejection] } };
  const { observedAtMs } = result.event;
  const id = uuidV5(NAMESPACE, JSON.stringify(name ?? contentName(draft, observedAtMs)));
  const time = new Date(observedAtMs).toISOString();
  return {
    event: {
      id,
      patientId,
      line: JSON.stringify({ ...wire, id, observedAt: time }),
      observationIds: measurements.map(({ code }) =>
        observationId({ patientId, code, eventId: id, observedAt: time.replace('Z', '000Z') }),
      ),
    },
  };
}

/** A name that two readings share only when they say the same: measurements in any order, times with any offset. */
export function contentName({ patientId, deviceId, measurements }: ReadingDraft, observedAtMs: number): string[] {
  const said = measurements.map(({ code, value, unit }) => `${code} ${value} ${unit}`).sort();
  return ['content', patientId, deviceId, String(observedAtMs), ...said];
}
