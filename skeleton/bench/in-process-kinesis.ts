import { KinesisClient } from '@aws-sdk/client-kinesis';
import { HttpResponse } from '@smithy/core/protocols';
import type { HttpRequest } from '@smithy/types';
import { z } from 'zod';
import { LOCAL_CREDENTIALS } from '../local/kinesis-emulator';

interface StoredRecord {
  readonly sequenceNumber: string;
  readonly data: Uint8Array;
  readonly partitionKey: string;
  readonly arrivedAtMs: number;
}

const iteratorRequest = z.object({
  ShardId: z.string(),
  ShardIteratorType: z.enum(['TRIM_HORIZON', 'AFTER_SEQUENCE_NUMBER']),
  StartingSequenceNumber: z.string().optional(),
});
const recordsRequest = z.object({ ShardIterator: z.string(), Limit: z.number() });

/**
 * A stream in this process, behind the SDK's own client: requests and answers are serialized as for the service, and only
 * the network is left out. It knows what a consumer asks, and throws at anything else.
 */
export class InProcessKinesis {
  readonly client: KinesisClient;
  private readonly shards: Map<string, StoredRecord[]>;

  constructor(shardCount: number, region: string) {
    this.shards = new Map(
      Array.from({ length: shardCount }, (_, index) => [`shardId-${String(index).padStart(12, '0')}`, []]),
    );
    this.client = new KinesisClient({
      region,
      credentials: LOCAL_CREDENTIALS,
      requestHandler: { handle: async (request: HttpRequest) => ({ response: this.answer(request) }) },
    });
  }

  /** Appends a record to the shard of its key. */
  put(partitionKey: string, data: Uint8Array): void {
    const shards = [...this.shards.values()];
    const shard = shards[hashOf(partitionKey) % shards.length];
    // Positions, wide enough to order as texts do.
    const sequenceNumber = String(shard?.length ?? 0).padStart(20, '0');
    shard?.push({ sequenceNumber, data, partitionKey, arrivedAtMs: Date.now() });
  }

  private answer(request: HttpRequest): HttpResponse {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1);
    const body: unknown = JSON.parse(new TextDecoder().decode(request.body));
    return new HttpResponse({
      statusCode: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify(this.perform(operation, body))),
    });
  }

  private perform(operation: string | undefined, body: unknown): object {
    switch (operation) {
      case 'ListShards':
        return { Shards: [...this.shards.keys()].map((ShardId) => ({ ShardId })) };
      case 'GetShardIterator': {
        const { ShardId, StartingSequenceNumber } = iteratorRequest.parse(body);
        const next = StartingSequenceNumber === undefined ? 0 : Number(StartingSequenceNumber) + 1;
        return { ShardIterator: `${ShardId}:${next}` };
      }
      case 'GetRecords':
        return this.records(recordsRequest.parse(body));
      default:
        throw new Error(`The in-process Kinesis does not know ${operation}.`);
    }
  }

  private records({ ShardIterator, Limit }: z.output<typeof recordsRequest>): object {
    const [shardId = '', position] = ShardIterator.split(':');
    const shard = this.shards.get(shardId);
    if (shard === undefined) throw new Error(`There is no shard ${shardId}.`);
    const from = Number(position);
    const records = shard.slice(from, from + Limit);
    const nextWaiting = shard[from + records.length];
    return {
      Records: records.map((record) => ({
        SequenceNumber: record.sequenceNumber,
        Data: Buffer.from(record.data).toString('base64'),
        PartitionKey: record.partitionKey,
        ApproximateArrivalTimestamp: record.arrivedAtMs / 1_000,
      })),
      NextShardIterator: `${shardId}:${from + records.length}`,
      MillisBehindLatest: nextWaiting === undefined ? 0 : Date.now() - nextWaiting.arrivedAtMs,
    };
  }
}

function hashOf(text: string): number {
  let hash = 7;
  for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) % 1_000_003;
  return hash;
}
