import { Readable } from 'node:stream';
import { KinesisClient } from '@aws-sdk/client-kinesis';

interface DoubleShard {
  readonly shardId: string;
  readonly parents: readonly string[];
  readonly records: Array<{ sequenceNumber: string; data: string; arrivedAtMs: number }>;
  closed: boolean;
}

/** An answer that Kinesis gives instead of what was asked for. */
export interface PlannedFailure {
  readonly status: number;
  /** Name of the error, such as `ProvisionedThroughputExceededException`. */
  readonly type: string;
}

type Operation = 'ListShards' | 'GetShardIterator' | 'GetRecords';

interface DoubleRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Kinesis in memory, behind the SDK's own request handler: requests are serialized, retried and parsed by the real client.
 * It knows the three operations of a consumer, and throws on any other.
 */
export class KinesisDouble {
  readonly client: KinesisClient;
  readonly requests: Operation[] = [];
  private readonly shards = new Map<string, DoubleShard>();
  private readonly iterators = new Map<string, { shardId: string; index: number }>();
  private readonly failures: Array<PlannedFailure & { operation: Operation }> = [];
  private lastSequence = 49_000_000_000_000_000_000n;

  constructor(shardsCount: number) {
    for (let index = 0; index < shardsCount; index += 1) this.addShard(shardName(index), []);
    this.client = new KinesisClient({
      region: 'eu-central-1',
      endpoint: 'http://kinesis.invalid',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 2,
      requestHandler: { handle: async (request: DoubleRequest) => ({ response: this.handle(request) }) },
    });
  }

  /** Puts a record into a shard. @returns its sequence number. */
  put(shardId: string, data: string | Uint8Array): string {
    const shard = this.shard(shardId);
    if (shard.closed) throw new Error(`Shard ${shardId} is closed.`);
    this.lastSequence += 1n;
    const sequenceNumber = String(this.lastSequence);
    shard.records.push({ sequenceNumber, data: Buffer.from(data).toString('base64'), arrivedAtMs: Date.now() });
    return sequenceNumber;
  }

  /** Closes parents and opens children: one parent and two children for a split, two and one for a merge. */
  reshard(parents: readonly string[], children: readonly string[]): void {
    for (const parent of parents) this.shard(parent).closed = true;
    for (const child of children) this.addShard(child, parents);
  }

  /** Lets a shard vanish, as when the stream's retention has passed over it. */
  forget(shardId: string): void {
    this.shards.delete(shardId);
  }

  /** Lets the next calls of an operation fail, attempts of the SDK included. */
  failNext(operation: Operation, failure: PlannedFailure, times = 1): void {
    for (let count = 0; count < times; count += 1) this.failures.push({ ...failure, operation });
  }

  private addShard(shardId: string, parents: readonly string[]): void {
    this.shards.set(shardId, { shardId, parents, records: [], closed: false });
  }

  private shard(shardId: string): DoubleShard {
    const shard = this.shards.get(shardId);
    if (shard === undefined) throw new Error(`The double has no shard ${shardId}.`);
    return shard;
  }

  private handle(request: DoubleRequest): object {
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    const input = JSON.parse(bodyText(request.body)) as Record<string, unknown>;
    switch (operation) {
      case 'ListShards':
      case 'GetShardIterator':
      case 'GetRecords': {
        this.requests.push(operation);
        const planned = this.failures.findIndex((failure) => failure.operation === operation);
        if (planned >= 0) {
          const [failure] = this.failures.splice(planned, 1);
          if (failure) return answer(failure.status, { __type: failure.type, message: 'planned' });
        }
        return this[operation](input);
      }
      default:
        throw new Error(`The double does not plan for ${String(operation)}.`);
    }
  }

  private ListShards(): object {
    return answer(200, {
      Shards: [...this.shards.values()].map(({ shardId, parents }) => ({
        ShardId: shardId,
        ...(parents[0] !== undefined && { ParentShardId: parents[0] }),
        ...(parents[1] !== undefined && { AdjacentParentShardId: parents[1] }),
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
        SequenceNumberRange: { StartingSequenceNumber: '0' },
      })),
    });
  }

  private GetShardIterator(input: Record<string, unknown>): object {
    const shard = this.shards.get(String(input.ShardId));
    if (shard === undefined) return answer(400, { __type: 'ResourceNotFoundException', message: 'no such shard' });
    const after = input.StartingSequenceNumber;
    const index =
      input.ShardIteratorType === 'TRIM_HORIZON'
        ? 0
        : shard.records.findIndex(({ sequenceNumber }) => sequenceNumber === after) + 1;
    return answer(200, { ShardIterator: this.iterator(shard.shardId, index) });
  }

  private GetRecords(input: Record<string, unknown>): object {
    const at = this.iterators.get(String(input.ShardIterator));
    if (at === undefined) return answer(400, { __type: 'ExpiredIteratorException', message: 'expired' });
    const shard = this.shards.get(at.shardId);
    if (shard === undefined) return answer(400, { __type: 'ResourceNotFoundException', message: 'no such shard' });
    const records = shard.records.slice(at.index, at.index + Number(input.Limit ?? 10_000));
    const index = at.index + records.length;
    const isEnd = shard.closed && index === shard.records.length;
    return answer(200, {
      Records: records.map(({ sequenceNumber, data, arrivedAtMs }) => ({
        SequenceNumber: sequenceNumber,
        Data: data,
        PartitionKey: 'p',
        ApproximateArrivalTimestamp: arrivedAtMs / 1_000,
      })),
      MillisBehindLatest: index < shard.records.length ? 1_000 : 0,
      NextShardIterator: isEnd ? null : this.iterator(shard.shardId, index),
    });
  }

  /** Iterators expire as soon as the next one is given out, so a reader that keeps an old one is found out. */
  private iterator(shardId: string, index: number): string {
    const iterator = `${shardId}/${index}/${crypto.randomUUID()}`;
    this.iterators.set(iterator, { shardId, index });
    return iterator;
  }
}

/** Name of the n-th shard, from 0, as Kinesis gives it. */
export function shardName(index: number): string {
  return `shardId-${String(index).padStart(12, '0')}`;
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
}

function answer(statusCode: number, body: object): object {
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  };
}
