import type { IngestEvent } from './reading-draft';
import { packLines } from '../../../runtime/kinesis/pack-lines';
import type { RecordWriter } from '../../../runtime/kinesis/record-writer';

/** Kinesis takes records of 1 MiB and more; this is what a consumer reads at ease, and a tenth of a shard's second. */
const RECORD_BYTES_MAX = 100_000;

/**
 * Puts events into the stream, those of one patient together and in their order.
 *
 * @returns the events that the stream has for certain. The others may be sent again: they are stored once.
 * @throws what the writer throws.
 */
export async function ingest(writer: RecordWriter, events: readonly IngestEvent[]): Promise<ReadonlySet<IngestEvent>> {
  const lines = events.map((event) => ({ partitionKey: event.patientId, line: event.line, event }));
  const packed = packLines(lines, { bytesMax: RECORD_BYTES_MAX });
  const taken = await writer.put(packed.map(({ record }) => record));
  return new Set(
    packed.filter(({ record }) => taken.has(record)).flatMap((one) => one.lines.map(({ event }) => event)),
  );
}
