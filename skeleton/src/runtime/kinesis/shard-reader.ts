import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-kinesis';
import { Backoff, pause } from '../backoff';
import { Log } from '../log/log';

/** A record as it was read. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  readonly data: Uint8Array;
  /** When Kinesis took it, in milliseconds since 1970. */
  readonly arrivedAtMs: number;
}

/** What one read brought. */
export interface RecordPage {
  readonly records: readonly StreamRecord[];
  /** How far the page is behind the newest record. */
  readonly behindLatestMs: number;
  /** `open`: more may come. `ended`: this was the last page of a closed shard. `gone`: Kinesis does not know the shard. */
  readonly state: 'open' | 'ended' | 'gone';
}

export interface ShardReaderOptions {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly shardId: string;
  /** Sequence number behind which to begin; null begins at the oldest record there is. */
  readonly after: string | null;
  /** From the start of one read to the start of the next. Kinesis allows five a second and shard. */
  readonly pollIntervalMs: number;
  readonly log: Log;
}

/** Most records of a read. Twice the records that a shard takes in a second, so a reader that is behind catches up. */
const RECORDS_MAX = 2_000;
const BACKOFF_FIRST_MS = 200;
const BACKOFF_MOST_MS = 5_000;

/** Reads the records of one shard in their order, and does not give up: an outage of Kinesis only takes time. */
export class ShardReader {
  private iterator: string | undefined;
  private position: string | null;
  private nextReadAtMs = 0;
  private readonly backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);

  constructor(private readonly options: ShardReaderOptions) {
    this.position = options.after;
  }

  /** The next page, when its time has come; `undefined` when the signal came first. */
  async next(signal: AbortSignal): Promise<RecordPage | undefined> {
    const { shardId, log, pollIntervalMs } = this.options;
    for (;;) {
      if (!(await pause(this.nextReadAtMs - Date.now(), signal))) return undefined;
      this.nextReadAtMs = Date.now() + pollIntervalMs;
      try {
        const page = await this.read(signal);
        this.backoff.succeeded();
        return page;
      } catch (error) {
        if (signal.aborted) return undefined;
        if (error instanceof ResourceNotFoundException) return { records: [], behindLatestMs: 0, state: 'gone' };
        this.iterator = undefined;
        // An iterator lives for five minutes: one that was kept waiting longer is asked for anew.
        if (error instanceof ExpiredIteratorException) continue;
        const retryInMs = Math.max(this.backoff.next(), pollIntervalMs);
        log.event('shard.read_failed', { shardId, attempt: this.backoff.attempt, retryInMs, error });
        this.nextReadAtMs = Date.now() + retryInMs;
      }
    }
  }

  private async read(signal: AbortSignal): Promise<RecordPage> {
    const { client } = this.options;
    this.iterator ??= await this.iteratorAtPosition(signal);
    const answer = await client.send(new GetRecordsCommand({ ShardIterator: this.iterator, Limit: RECORDS_MAX }), {
      abortSignal: signal,
    });
    const records = (answer.Records ?? []).flatMap(({ SequenceNumber, Data, ApproximateArrivalTimestamp }) =>
      SequenceNumber === undefined
        ? []
        : [
            {
              sequenceNumber: SequenceNumber,
              data: Data ?? new Uint8Array(),
              arrivedAtMs: ApproximateArrivalTimestamp?.getTime() ?? Date.now(),
            },
          ],
    );
    this.iterator = answer.NextShardIterator;
    this.position = records.at(-1)?.sequenceNumber ?? this.position;
    return {
      records,
      behindLatestMs: answer.MillisBehindLatest ?? 0,
      state: answer.NextShardIterator === undefined ? 'ended' : 'open',
    };
  }

  private async iteratorAtPosition(signal: AbortSignal): Promise<string> {
    const { client, streamName, shardId } = this.options;
    const { ShardIterator: iterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: streamName,
        ShardId: shardId,
        ...(this.position === null
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: this.position }),
      }),
      { abortSignal: signal },
    );
    if (iterator === undefined) throw new Error('Kinesis answered without an iterator.');
    return iterator;
  }
}
