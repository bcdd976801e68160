import { GetRecordsCommand, GetShardIteratorCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { z } from 'zod';
import { listShards } from '../../../../src/runtime/kinesis/shard-lister';

const lineSchema = z.object({
  eventId: z.string(),
  scanId: z.string(),
  step: z.enum(['received', 'queued', 'started', 'stored', 'failed', 'removed']),
  attempt: z.number(),
});

/** What a reader of the stream needs to know of an event. */
export type LifeLine = z.infer<typeof lineSchema>;

/** Everything that the stream holds, shard by shard, oldest first. @throws the SDK's error; ZodError for an event of another shape. */
export async function readLife(client: KinesisClient, streamName: string): Promise<LifeLine[]> {
  const lines: LifeLine[] = [];
  for (const { shardId } of await listShards(client, streamName)) {
    const start = { StreamName: streamName, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator: iterator } = await client.send(new GetShardIteratorCommand(start));
    while (iterator !== undefined) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      for (const { Data } of Records) lines.push(...linesOf(Buffer.from(Data ?? []).toString('utf8')));
      iterator = Records.length === 0 ? undefined : NextShardIterator;
    }
  }
  return lines;
}

function linesOf(text: string): LifeLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

/**
 * What is wrong with the life of a scan that was stored, as a reader has it who leaves out events that it had before. In order it is
 * received, queued, taken up, perhaps queued and taken up again, each time as one attempt more, stored, and removed from the folder.
 */
export function lifeFaultOf(told: readonly LifeLine[]): 'incomplete' | 'disordered' | undefined {
  // A map keeps the place at which a key came first.
  const events = [...new Map(told.map((line) => [line.eventId, line])).values()];
  const steps = new Set(events.map(({ step }) => step));
  if (!STEPS.every((step) => steps.has(step))) return 'incomplete';
  const places = events.map(placeOf);
  return places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0)) ? undefined : 'disordered';
}

/** What no stored scan is without. */
const STEPS = ['received', 'queued', 'started', 'stored', 'removed'] as const;

/** A scan that was taken up once is queued after that, for its second time. */
function placeOf({ step, attempt }: LifeLine): number {
  const places = { received: 0, queued: 2 * attempt + 1, started: 2 * attempt, stored: 1e9, removed: 2e9, failed: NaN };
  return places[step];
}
