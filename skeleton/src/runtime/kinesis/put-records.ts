import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { StreamRecord } from './pack-lines';
import { Backoff, pause } from '../backoff';
import type { Log } from '../log/log';

/** PutRecords takes 500 records and 5 MiB at once (Kinesis Data Streams API reference, PutRecords). */
const RECORDS_MAX = 500;
const BYTES_MAX = 5 * 1024 * 1024;

const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 1_000;

export interface StreamWriterOptions {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly log: Log;
  /** Time after which records that Kinesis goes on refusing are given up, in milliseconds. Default: 10 s. */
  readonly patienceMs?: number;
}

/** Puts records to a stream for a caller who waits. */
export class StreamWriter {
  private readonly patienceMs: number;

  constructor(private readonly options: StreamWriterOptions) {
    this.patienceMs = options.patienceMs ?? 10_000;
  }

  /**
   * Puts records, and again those that Kinesis refuses: PutRecords may take some and refuse others, and answers 200 then.
   *
   * Records of one partition key arrive in their order: none is put before Kinesis has taken those ahead of it.
   *
   * @returns the records that Kinesis has taken for certain. Of the others some may have arrived all the same, when an answer
   * was lost: put again, they come twice.
   * @throws the client's error when Kinesis refuses the request as a whole and would do so again, as without the right to put.
   */
  async put(records: readonly StreamRecord[]): Promise<ReadonlySet<StreamRecord>> {
    const deadline = AbortSignal.timeout(this.patienceMs);
    const backoff = new Backoff(RETRY_FIRST_MS, RETRY_MOST_MS);
    const waiting = queuesByKey(records);
    const taken = new Set<StreamRecord>();
    while (waiting.size > 0 && !deadline.aborted) {
      const request = nextRequest(waiting);
      const accepted = await this.tryOnce(request, deadline);
      for (const record of accepted) {
        taken.add(record);
        advance(waiting, record.PartitionKey);
      }
      if (accepted.length === request.length) backoff.succeeded();
      else await this.wait(request.length - accepted.length, backoff, deadline);
    }
    return taken;
  }

  private async tryOnce(request: readonly StreamRecord[], deadline: AbortSignal): Promise<readonly StreamRecord[]> {
    const { client, streamName, log } = this.options;
    try {
      const command = new PutRecordsCommand({ StreamName: streamName, Records: [...request] });
      const { Records = [] } = await client.send(command, { abortSignal: deadline });
      return request.filter((_record, index) => Records[index]?.SequenceNumber !== undefined);
    } catch (error) {
      if (!isPassing(error)) throw error;
      log.event('stream.put_failed', { streamName, recordsCount: request.length, error });
      return [];
    }
  }

  private async wait(recordsCount: number, backoff: Backoff, deadline: AbortSignal): Promise<void> {
    const retryInMs = backoff.next();
    const { streamName, log } = this.options;
    log.event('stream.put_delayed', { streamName, recordsCount, attempt: backoff.attempt, retryInMs });
    await pause(retryInMs, deadline);
  }
}

type Queues = Map<string, StreamRecord[]>;

function queuesByKey(records: readonly StreamRecord[]): Queues {
  const queues: Queues = new Map();
  for (const record of records) {
    const queue = queues.get(record.PartitionKey);
    if (queue === undefined) queues.set(record.PartitionKey, [record]);
    else queue.push(record);
  }
  return queues;
}

/** The first record of each key, as far as they fit into one request. */
function nextRequest(queues: Queues): StreamRecord[] {
  const request: StreamRecord[] = [];
  let bytes = 0;
  for (const [record] of queues.values()) {
    if (record === undefined) continue;
    bytes += record.Data.length + Buffer.byteLength(record.PartitionKey);
    if (request.length > 0 && (request.length >= RECORDS_MAX || bytes > BYTES_MAX)) break;
    request.push(record);
  }
  return request;
}

function advance(queues: Queues, key: string): void {
  const queue = queues.get(key);
  queue?.shift();
  if (queue?.length === 0) queues.delete(key);
}

const THROTTLED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
]);

/** Whether a failed request may succeed when it is put again: not when Kinesis has judged it wrong or forbidden. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (THROTTLED.has(error.name)) return true;
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : 0;
  return typeof status !== 'number' || status < 400 || status >= 500;
}
