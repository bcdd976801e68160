import {
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  MergeShardsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { listShards } from '../../../src/runtime/kinesis/shard-lister';
import { countOf, eventually, startTestConsumer } from '../../support/test-consumer';
import { createTestDatabase } from '../../support/test-database';
import { createTestStream, TestStream } from '../../support/test-stream';
import { recordOf, vitalEvent } from '../../support/vital-events';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

/** Against the emulator, which has its own idea of iterators, ends of shards and parents. */
test('a consumer follows a split and a merge of a running stream, and loses nothing', async () => {
  const database = await createTestDatabase();
  const stream = await createTestStream(2);
  const consumer = startTestConsumer({ database, client: stream.client, streamName: stream.streamName });
  const put = async (count: number) => stream.put(Array.from({ length: count }, () => recordOf(vitalEvent())));

  await put(40);
  const [one, other] = await listShards(stream.client, stream.streamName);
  await stream.client.send(
    new SplitShardCommand({
      StreamName: stream.streamName,
      ShardToSplit: one?.shardId,
      NewStartingHashKey: await middleOf(stream, one?.shardId),
    }),
  );
  await settled(stream);
  await put(40);
  const children = (await listShards(stream.client, stream.streamName)).filter(({ parentShardIds }) =>
    parentShardIds.includes(one?.shardId ?? ''),
  );
  expect(children).toHaveLength(2);
  await stream.client.send(
    new MergeShardsCommand({
      StreamName: stream.streamName,
      ShardToMerge: children[1]?.shardId,
      AdjacentShardToMerge: other?.shardId,
    }),
  );
  await settled(stream);
  await put(40);

  await eventually(
    async () => countOf(database, 'vital_sign'),
    (count) => count === 120,
  );
  const { rows } = await database.owner.query(
    'SELECT count(*) FILTER (WHERE ended)::integer AS ended FROM shard_lease',
  );
  expect(rows).toEqual([{ ended: 3 }]);
  expect(consumer.logged.filter(({ event }) => event === 'shard.worker_failed')).toEqual([]);
  await consumer.stop();
  await stream.drop();
  await database.drop();
});

async function middleOf(stream: TestStream, shardId: string | undefined): Promise<string> {
  const { Shards: shards = [] } = await stream.client.send(new ListShardsCommand({ StreamName: stream.streamName }));
  const range = shards.find(({ ShardId }) => ShardId === shardId)?.HashKeyRange;
  return String((BigInt(range?.StartingHashKey ?? 0) + BigInt(range?.EndingHashKey ?? 0)) / 2n);
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
