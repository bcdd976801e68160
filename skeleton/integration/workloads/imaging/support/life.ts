import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { z } from 'zod';

const lifeEvent = z.strictObject({
  eventId: z.uuid(),
  scanId: z.uuid(),
  hospitalId: z.number().int(),
  step: z.enum(['received', 'queued', 'started', 'stored', 'failed', 'removed']),
  at: z.iso.datetime(),
  attempt: z.number().int(),
  sha256: z.string().regex(/^[\da-f]{64}$/),
  sizeBytes: z.number().int(),
  reasonCode: z.string().optional(),
});

export type LifeEvent = z.output<typeof lifeEvent>;

/**
 * All that the stream was told of a scan, in the order of its steps, repeats left out.
 *
 * @throws z.ZodError for an event with a field that none should have.
 */
export async function lifeOf(scanId: string, client: KinesisClient, streamName: string): Promise<LifeEvent[]> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: streamName }));
  const events = new Map<string, LifeEvent>();
  for (const { ShardId } of Shards) {
    const begin = { StreamName: streamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
    let { ShardIterator: iterator } = await client.send(new GetShardIteratorCommand(begin));
    while (iterator !== undefined) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      for (const { Data } of page.Records ?? []) {
        for (const line of Buffer.from(Data ?? [])
          .toString('utf8')
          .split('\n')
          .filter(Boolean)) {
          const event = lifeEvent.parse(JSON.parse(line));
          if (event.scanId === scanId) events.set(event.eventId, event);
        }
      }
      iterator = (page.MillisBehindLatest ?? 0) > 0 ? page.NextShardIterator : undefined;
    }
  }
  return [...events.values()].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
