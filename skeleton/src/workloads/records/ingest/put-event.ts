import { partitionKey } from './partition-key';
import { contentTooLarge } from '../../../runtime/http/error-answer';
import type { RecordWriter } from '../../../runtime/kinesis/record-writer';
import type { RecordEvent } from '../record-event';

/** Kinesis takes records of 1 MiB by default, of which the partition key is a part (PutRecords, PutRecordsRequestEntry). */
const RECORD_BYTES_MAX = 1024 * 1024;

/**
 * Puts one event into the stream as a record of its own.
 *
 * @param data what a decoder makes the event of.
 * @returns whether the stream has it for certain. If not, it may be sent again: it is stored once.
 * @throws FhirRequestError 413 when no record can hold it; what the writer throws.
 */
export async function putEvent(writer: RecordWriter, event: RecordEvent, data: Uint8Array): Promise<boolean> {
  const key = partitionKey(event);
  const bytesMax = RECORD_BYTES_MAX - Buffer.byteLength(key);
  if (data.length > bytesMax) throw contentTooLarge(bytesMax);
  const record = { PartitionKey: key, Data: data };
  return (await writer.put([record])).has(record);
}
