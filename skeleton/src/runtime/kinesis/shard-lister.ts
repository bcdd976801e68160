import { KinesisClient, ListShardsCommand, ListShardsCommandOutput } from '@aws-sdk/client-kinesis';
import { Shard } from './lease';

/**
 * All shards of a stream, closed ones included as long as they hold records.
 *
 * @throws the SDK's error.
 */
export async function listShards(client: KinesisClient, streamName: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  let nextToken: string | undefined;
  do {
    const page: ListShardsCommandOutput = await client.send(
      // The service refuses the stream's name beside a token.
      new ListShardsCommand(nextToken === undefined ? { StreamName: streamName } : { NextToken: nextToken }),
    );
    for (const { ShardId: shardId, ParentShardId, AdjacentParentShardId } of page.Shards ?? []) {
      if (shardId === undefined) continue;
      shards.push({
        shardId,
        parentShardIds: [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined),
      });
    }
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return shards;
}
