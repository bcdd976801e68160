import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { StreamRecord } from './records';

/** PutRecords takes 500 records and 5 MiB at once (Kinesis Data Streams API reference, PutRecords). */
const RECORDS_MAX = 500;
const BYTES_MAX = 5 * 1024 * 1024;

/** Partly refused requests are put again this often, with growing pauses: about half a minute in all. */
const ATTEMPTS_MAX = 12;
const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 5_000;

/** Where Kinesis put a record. */
export interface RecordPlace {
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** Kinesis went on refusing records. `codes` are the error codes of the last answer. */
export class RecordsRefusedError extends Error {
  constructor(
    readonly refusedCount: number,
    readonly codes: readonly string[],
  ) {
    super(`Kinesis refused ${refusedCount} records after ${ATTEMPTS_MAX} attempts (${codes.join(', ')}).`);
    this.name = 'RecordsRefusedError';
  }
}

/**
 * Puts records to the stream and repeats those that Kinesis refused, as every producer has to: PutRecords may take
 * some and refuse others, and answers 200 then.
 *
 * @returns the place of each record, in the order of `records`.
 * @throws RecordsRefusedError when Kinesis goes on refusing; the client's error when a request as a whole fails.
 */
export async function putRecords(
  client: KinesisClient,
  streamName: string,
  records: readonly StreamRecord[],
): Promise<RecordPlace[]> {
  const places: RecordPlace[] = [];
  for (const request of requestsOf(records)) places.push(...(await putUntilTaken(client, streamName, request)));
  return places;
}

async function putUntilTaken(
  client: KinesisClient,
  streamName: string,
  records: readonly StreamRecord[],
): Promise<RecordPlace[]> {
  const places = new Map<StreamRecord, RecordPlace>();
  let rest = records;
  let codes: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 0) await pause(Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** attempt));
    const answer = await client.send(new PutRecordsCommand({ StreamName: streamName, Records: [...rest] }));
    const results = answer.Records ?? [];
    rest.forEach((record, index) => {
      const { ShardId: shardId, SequenceNumber: sequenceNumber } = results[index] ?? {};
      if (shardId !== undefined && sequenceNumber !== undefined) places.set(record, { shardId, sequenceNumber });
    });
    rest = rest.filter((record) => !places.has(record));
    if (rest.length === 0) return records.flatMap((record) => places.get(record) ?? []);
    codes = [...new Set(results.flatMap((result) => result.ErrorCode ?? []))];
  }
  throw new RecordsRefusedError(rest.length, codes);
}

function* requestsOf(records: readonly StreamRecord[]): Generator<StreamRecord[]> {
  let request: StreamRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const recordBytes = record.Data.length + record.PartitionKey.length;
    if (request.length > 0 && (request.length >= RECORDS_MAX || bytes + recordBytes > BYTES_MAX)) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(record);
    bytes += recordBytes;
  }
  if (request.length > 0) yield request;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
