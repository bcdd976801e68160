import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  Shard,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import fc from 'fast-check';
import { KinesisDouble, shardName } from '../../support/kinesis-double';
import { recordOf, sampleEvent } from '../../support/sample/sample-event';
import { countOf, eventually, startTestConsumer, TestConsumer } from '../../support/test-consumer';
import { createTestDatabase, TestDatabase } from '../../support/test-database';
import { createTestStream, TestStream } from '../../support/test-stream';

jest.setTimeout(180_000);

const PATIENTS = Array.from({ length: 6 }, (_, index) => `patient-${index}`);
const SHARDS = 2;

interface Change {
  readonly kind: 'split' | 'merge';
  /** Which of the open shards, counted from 0 by their hash keys and around; it is merged with the next one. */
  readonly shard: number;
  /** Which part of the shard's hash keys goes to the first child of a split, from 0 to 1. */
  readonly at: number;
  /** Events of each patient that are put before the change. */
  readonly eventsBefore: number;
}

/** What happens to one stream: changes one after the other, and consumers that come while they happen. */
interface Resharding {
  readonly changes: readonly Change[];
  /** Before which of the changes the consumers start; a late one finds a backlog in parents and children. */
  readonly consumersStartAt: readonly number[];
  /** Small batches take a backlog apart, so that a child could overtake its parent. */
  readonly batchEventsMax: number;
}

const resharding: fc.Arbitrary<Resharding> = fc.record({
  changes: fc.array(
    fc.record({
      kind: fc.constantFrom('split', 'merge'),
      shard: fc.nat(4),
      at: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      eventsBefore: fc.integer({ min: 2, max: 8 }),
    }),
    { minLength: 2, maxLength: 3 },
  ),
  consumersStartAt: fc.tuple(fc.nat(3), fc.nat(3)),
  batchEventsMax: fc.integer({ min: 1, max: 4 }),
});

/** Everything is put and resharded before anybody reads: children have as much to give as their parents. */
const BACKLOG_IN_PARENT_AND_CHILDREN: Resharding = {
  changes: [
    { kind: 'split', shard: 0, at: 0.5, eventsBefore: 8 },
    { kind: 'split', shard: 2, at: 0.5, eventsBefore: 8 },
    { kind: 'merge', shard: 1, at: 0.5, eventsBefore: 8 },
  ],
  consumersStartAt: [3, 3],
  batchEventsMax: 1,
};

/** Against the emulator, which has its own idea of iterators, ends of shards and parents. */
describe('consumers of a stream whose shards are split and merged while events flow', () => {
  let database: TestDatabase;
  let stream: TestStream;
  let consumers: TestConsumer[];

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => database.drop());

  test('lose nothing, store nothing twice, and commit each patient’s events in their order, wherever it is split', async () => {
    await fc.assert(
      fc.asyncProperty(resharding, async (plan) => {
        await database.owner.query('TRUNCATE sample, shard_lease, worker');
        await follow(plan);
      }),
      { numRuns: 3, examples: [[BACKLOG_IN_PARENT_AND_CHILDREN]], endOnFailure: true },
    );
  });

  test('share the open shards fairly after a split and a merge, and nobody reads one that is not there', async () => {
    const kinesis = new KinesisDouble(2);
    const workers = ['worker-1', 'worker-2', 'worker-3'].map((workerId) =>
      startTestConsumer({ database, client: kinesis.client, workerId }),
    );
    /** How many each worker holds, the fewest first, and which shards they are. */
    const held = () => {
      const leases = workers.map(({ coordinator }) => coordinator.leases);
      return {
        counts: leases.map(({ length }) => length).sort(),
        shards: leases.flatMap((some) => some.map(({ shardId }) => shardId)).sort(),
      };
    };
    const sharing = async (counts: readonly number[], shards: readonly string[]) =>
      eventually(held, (now) => JSON.stringify(now) === JSON.stringify({ counts, shards }));

    // One more worker than shards: it waits, and holds nothing.
    await sharing([0, 1, 1], [shardName(0), shardName(1)]);
    kinesis.reshard([shardName(0)], [shardName(2), shardName(3)]);
    await sharing([1, 1, 1], [shardName(1), shardName(2), shardName(3)]);
    kinesis.reshard([shardName(1)], [shardName(4), shardName(5)]);
    kinesis.reshard([shardName(2)], [shardName(6), shardName(7)]);
    await sharing([1, 2, 2], [shardName(3), shardName(4), shardName(5), shardName(6), shardName(7)]);
    kinesis.reshard([shardName(6), shardName(7)], [shardName(8)]);
    kinesis.reshard([shardName(3), shardName(4)], [shardName(9)]);
    await sharing([1, 1, 1], [shardName(5), shardName(8), shardName(9)]);

    await Promise.all(workers.map(async (worker) => worker.stop()));
    expect(workers.flatMap(({ logged }) => logged).filter(({ event }) => event === 'lease.lost')).toEqual([]);
  });

  async function follow({ changes, consumersStartAt, batchEventsMax }: Resharding): Promise<void> {
    stream = await createTestStream(SHARDS);
    consumers = [];
    const sent = new Map(PATIENTS.map((patient) => [patient, [] as string[]]));
    const committed = new Map(PATIENTS.map((patient) => [patient, [] as string[]]));
    const start = (workerId: string) =>
      startTestConsumer({
        database,
        client: stream.client,
        streamName: stream.streamName,
        workerId,
        batchEventsMax,
        committed: (events) => {
          for (const { patientId, id } of events) committed.get(patientId)?.push(id);
        },
      });
    try {
      for (const [index, change] of [...changes, undefined].entries()) {
        for (const [worker, at] of consumersStartAt.entries()) {
          if (Math.min(at, changes.length) === index) consumers.push(start(`worker-${worker}`));
        }
        await putInOrder(sent, change?.eventsBefore ?? 10);
        if (change) await Promise.all([apply(change), putInOrder(sent, 3)]);
      }
      const sentCount = [...sent.values()].flat().length;
      await eventually(
        () => [...committed.values()].flat().length,
        (count) => count >= sentCount,
      );
      expect(Object.fromEntries(committed)).toEqual(Object.fromEntries(sent));
      expect(await countOf(database, 'sample')).toBe(sentCount);
      expect(await countOf(database, 'quarantine')).toBe(0);
      expect(consumers.flatMap(({ logged }) => logged).filter(({ event }) => event === 'shard.worker_failed')).toEqual(
        [],
      );
    } finally {
      await Promise.all(consumers.map(async (consumer) => consumer.stop()));
      await stream.drop();
    }
  }

  /** One record after the other for each patient, as a monitor sends; monitors send at the same time. */
  async function putInOrder(sent: ReadonlyMap<string, string[]>, count: number): Promise<void> {
    await Promise.all(
      [...sent].map(async ([patientId, ids]) => {
        for (let number = 0; number < count; number += 1) {
          const event = sampleEvent({ patientId });
          ids.push(event.id);
          await stream.client.send(
            new PutRecordCommand({
              StreamName: stream.streamName,
              PartitionKey: patientId,
              Data: Buffer.from(recordOf(event)),
            }),
          );
        }
      }),
    );
  }

  async function apply({ kind, shard: index, at }: Change): Promise<void> {
    const open = await openShards(stream);
    const shard = open[index % open.length];
    if (shard === undefined) throw new Error('The stream has no open shard.');
    const next = open[(index % open.length) + 1];
    if (kind === 'split' || next === undefined) {
      const keys = endOf(shard) - startOf(shard);
      const divider = startOf(shard) + (keys * BigInt(Math.round(at * 1_000))) / 1_000n;
      await stream.client.send(
        new SplitShardCommand({
          StreamName: stream.streamName,
          ShardToSplit: shard.ShardId,
          NewStartingHashKey: String(divider),
        }),
      );
    } else {
      await stream.client.send(
        new MergeShardsCommand({
          StreamName: stream.streamName,
          ShardToMerge: shard.ShardId,
          AdjacentShardToMerge: next.ShardId,
        }),
      );
    }
    await settled(stream);
  }
});

async function openShards({ client, streamName }: TestStream): Promise<Shard[]> {
  const { Shards: shards = [] } = await client.send(new ListShardsCommand({ StreamName: streamName }));
  return shards
    .filter(({ SequenceNumberRange: range }) => range?.EndingSequenceNumber === undefined)
    .sort((one, other) => (startOf(one) < startOf(other) ? -1 : 1));
}

function startOf({ HashKeyRange: range }: Shard): bigint {
  return BigInt(range?.StartingHashKey ?? 0);
}

function endOf({ HashKeyRange: range }: Shard): bigint {
  return BigInt(range?.EndingHashKey ?? 0);
}

async function settled({ client, streamName }: TestStream): Promise<void> {
  await eventually(
    async () => {
      const summary = await client.send(new DescribeStreamSummaryCommand({ StreamName: streamName }));
      return summary.StreamDescriptionSummary?.StreamStatus;
    },
    (status) => status === 'ACTIVE',
  );
}
