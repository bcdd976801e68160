import { z } from 'zod';
import { Batch, BatchEvent, payloadOf } from './batch';
import { sqlStateOf } from '../postgres/errors';

/** SQLSTATE by which `refuse_events` ends a statement. */
const EVENTS_REFUSED = 'HR001';

const refusalsSchema = z.array(z.tuple([z.int().positive(), z.string()]));

/** Reason code, by place among the events of the statement, from 1. */
export type Refusals = ReadonlyMap<number, string>;

/**
 * Which events the workload's function refused, from the error that it made of it.
 *
 * @returns `undefined` for every other error.
 */
export function refusalsOf(error: unknown): Refusals | undefined {
  if (sqlStateOf(error) !== EVENTS_REFUSED) return undefined;
  const detail: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'detail') : undefined;
  return new Map(refusalsSchema.parse(JSON.parse(String(detail))));
}

/** Moves what was refused from a batch's events to its quarantine. */
export function withoutRefused<Event>(
  batch: Batch<Event>,
  refusals: Refusals,
  reasons: Readonly<Record<string, string>>,
): Batch<Event> {
  return quarantining(batch, (_event, place) => {
    const reasonCode = refusals.get(place);
    return reasonCode === undefined ? undefined : { reasonCode, reason: reasons[reasonCode] ?? reasonCode };
  });
}

/**
 * Moves events from a batch's events to its quarantine.
 *
 * @param judge tells why an event goes; `undefined` for one that stays. Places count from 1.
 */
export function quarantining<Event>(
  batch: Batch<Event>,
  judge: (event: BatchEvent<Event>, place: number) => { reasonCode: string; reason: string } | undefined,
): Batch<Event> {
  const events: Array<BatchEvent<Event>> = [];
  const quarantined = [...batch.quarantined];
  batch.events.forEach((event, index) => {
    const why = judge(event, index + 1);
    if (why === undefined) {
      events.push(event);
      return;
    }
    const { record, eventIndex } = event;
    const payload = payloadOf(record.data, eventIndex);
    quarantined.push({ ...why, sequenceNumber: record.sequenceNumber, eventIndex, payload });
  });
  return { ...batch, events, quarantined };
}
