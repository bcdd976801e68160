import { StreamRecord } from './shard-reader';
import { DecodedRecord, RejectedEvent, WHOLE_RECORD, Workload } from './workload';

/** An event that can be stored, and where it came from. */
export interface BatchEvent<Event> {
  readonly event: Event;
  readonly eventIndex: number;
  readonly record: StreamRecord;
}

/** A row of the quarantine. */
export interface QuarantinedEvent extends RejectedEvent {
  readonly sequenceNumber: string;
}

/** Records that are committed together: whole records, in their order. */
export interface Batch<Event> {
  readonly events: ReadonlyArray<BatchEvent<Event>>;
  readonly quarantined: readonly QuarantinedEvent[];
  /** Sequence number of the last record. */
  readonly checkpoint: string;
  readonly recordsCount: number;
  /** When the oldest record came to Kinesis, in milliseconds since 1970. */
  readonly oldestArrivedAtMs: number;
}

/**
 * Decodes records into batches of `eventsMax` events at the most, by their weight, or of one record where that alone holds
 * more. Each batch is decoded when it is asked for, so what is not committed any more is not decoded either.
 */
export function* batchesOf<Event>(
  records: readonly StreamRecord[],
  workload: Pick<Workload<Event>, 'decode' | 'weightOf'>,
  eventsMax: number,
): Generator<Batch<Event>> {
  const now = new Date();
  let open = new OpenBatch<Event>();
  for (const record of records) {
    const decoded = decodeSafely(record, workload, now);
    const weights = decoded.accepted.map(({ event }) => workload.weightOf?.(event) ?? 1);
    const added = weights.reduce((sum, weight) => sum + weight, decoded.rejected.length);
    if (open.records.length > 0 && open.weight + added > eventsMax) {
      yield open.close();
      open = new OpenBatch();
    }
    for (const { event, eventIndex } of decoded.accepted) open.events.push({ event, eventIndex, record });
    for (const rejected of decoded.rejected) {
      open.quarantined.push({ ...rejected, sequenceNumber: record.sequenceNumber });
    }
    open.records.push(record);
    open.weight += added;
  }
  if (open.records.length > 0) yield open.close();
}

/** A decoder must not throw; one that does has a fault, which shall cost the record's place in the table and not the shard. */
function decodeSafely<Event>(
  { data }: StreamRecord,
  workload: Pick<Workload<Event>, 'decode'>,
  now: Date,
): DecodedRecord<Event> {
  try {
    return workload.decode(data, now);
  } catch {
    const fault = { eventIndex: WHOLE_RECORD, reasonCode: 'decoder_failed', payload: data };
    return {
      accepted: [],
      rejected: [{ ...fault, reason: 'The decoder failed on the record, by a fault of its own' }],
    };
  }
}

class OpenBatch<Event> {
  readonly events: Array<BatchEvent<Event>> = [];
  readonly quarantined: QuarantinedEvent[] = [];
  readonly records: StreamRecord[] = [];
  weight = 0;

  close(): Batch<Event> {
    const last = this.records.at(-1);
    if (last === undefined) throw new Error('A batch has one record at the least.');
    return {
      events: this.events,
      quarantined: this.quarantined,
      checkpoint: last.sequenceNumber,
      recordsCount: this.records.length,
      oldestArrivedAtMs: this.records.reduce((oldest, { arrivedAtMs }) => Math.min(oldest, arrivedAtMs), Infinity),
    };
  }
}

/** Bytes of one line of a record; the whole record for `WHOLE_RECORD`. */
export function payloadOf(data: Uint8Array, eventIndex: number): Uint8Array {
  if (eventIndex === WHOLE_RECORD) return data;
  let start = 0;
  for (let line = 0; line < eventIndex; line += 1) {
    const end = data.indexOf(LINE_FEED, start);
    if (end < 0) return new Uint8Array();
    start = end + 1;
  }
  const end = data.indexOf(LINE_FEED, start);
  return data.subarray(start, end < 0 ? undefined : end);
}

const LINE_FEED = 0x0a;
