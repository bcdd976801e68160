import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  MergeShardsCommand,
  type Shard,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import type { SimulatedEvent } from '../../../local/workloads/vitals/simulator/patient-monitor';
import { describeLocal } from '../../support/deployed';

const PATIENTS = 6;
const EVENTS_PAUSE_MS = 60;
const SETTLE_PATIENCE_MS = 30_000;
const REASON = "it would change the shards of a deployed stream behind its template's back";

describeLocal('a stream whose shards are split and merged while events flow', REASON, () => {
  const pipeline = new VitalsPipeline();
  const patients = Array.from({ length: PATIENTS }, (_, number) => pipeline.patient(`resharded-${number}`));
  afterAll(() => pipeline.close());

  test('loses nothing, stores nothing twice, and shows each patient’s events in the order in which they were sent', async () => {
    const isOver = new AbortController();
    const sending = Promise.all(patients.map(async (patient) => sendUntil(isOver.signal, patient)));
    const watching = Promise.all(patients.map(async (patient) => watchUntil(isOver.signal, patient)));
    await sleep(500);
    const before = await openShards();
    const whole = before.find((shard) => holds(shard, patients[0] ?? ''));
    const children = await reshard(async () => split(whole));
    await sleep(1_500);
    const after = await reshard(async () => merge(children));
    await sleep(1_500);
    isOver.abort();
    const [sent, seen] = [await sending, await watching];

    expect(children).toHaveLength(2);
    expect(after).toHaveLength(1);
    expect(await openShards()).toHaveLength(before.length);
    for (const [index, events] of sent.entries()) {
      const ids = events.map(({ id }) => id);
      // What a reader saw while it went on was always the beginning of what had been sent.
      for (const glimpse of seen[index] ?? []) expect(glimpse).toEqual(momentsOf(events).slice(0, glimpse.length));
      expect(new Set(ids).size).toBe(ids.length);
      expect(await arrivedMoments(patients[index] ?? '', events.length)).toEqual(momentsOf(events));
    }
    expect(seen.flat().length).toBeGreaterThan(PATIENTS);
  });

  /** One event after the other, as a monitor sends them. */
  async function sendUntil(signal: AbortSignal, patient: string): Promise<SimulatedEvent[]> {
    const sent: SimulatedEvent[] = [];
    while (!signal.aborted) {
      const event = heartRateEvent(patient);
      await pipeline.sendEvents([event]);
      sent.push(event);
      await sleep(EVENTS_PAUSE_MS);
    }
    return sent;
  }

  /** What the API shows of a patient, again and again: times of observation, oldest first. */
  async function watchUntil(signal: AbortSignal, patient: string): Promise<number[][]> {
    const glimpses: number[][] = [];
    while (!signal.aborted) {
      glimpses.push(momentsShown(await pipeline.observations({ patient, _count: '1000' })));
      await sleep(EVENTS_PAUSE_MS);
    }
    return glimpses;
  }

  async function arrivedMoments(patient: string, count: number): Promise<number[]> {
    return momentsShown(await pipeline.arrived({ patient, _count: '1000' }, count));
  }

  /** Changes the shards and waits until the stream has them. Answers the new ones. */
  async function reshard(change: () => Promise<void>): Promise<Shard[]> {
    const before = new Set((await openShards()).map(({ ShardId }) => ShardId));
    await change();
    const deadline = Date.now() + SETTLE_PATIENCE_MS;
    while ((await status()) !== 'ACTIVE') {
      if (Date.now() > deadline) throw new Error('The stream did not become active again.');
      await sleep(100);
    }
    return (await openShards()).filter(({ ShardId }) => !before.has(ShardId));
  }

  async function split(shard: Shard | undefined): Promise<void> {
    const { StartingHashKey: first = '0', EndingHashKey: last = '0' } = shard?.HashKeyRange ?? {};
    await pipeline.kinesis.send(
      new SplitShardCommand({
        StreamName: pipeline.outputs.KinesisStreamName,
        ShardToSplit: shard?.ShardId,
        NewStartingHashKey: String((BigInt(first) + BigInt(last)) / 2n),
      }),
    );
  }

  async function merge([one, other]: readonly Shard[]): Promise<void> {
    await pipeline.kinesis.send(
      new MergeShardsCommand({
        StreamName: pipeline.outputs.KinesisStreamName,
        ShardToMerge: one?.ShardId,
        AdjacentShardToMerge: other?.ShardId,
      }),
    );
  }

  async function openShards(): Promise<Shard[]> {
    const { Shards: shards = [] } = await pipeline.kinesis.send(
      new ListShardsCommand({ StreamName: pipeline.outputs.KinesisStreamName }),
    );
    return shards.filter(({ SequenceNumberRange: range }) => range?.EndingSequenceNumber === undefined);
  }

  async function status(): Promise<string | undefined> {
    const { StreamDescriptionSummary: summary } = await pipeline.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: pipeline.outputs.KinesisStreamName }),
    );
    return summary?.StreamStatus;
  }
});

/** Kinesis takes the MD5 of the partition key for the hash key (Kinesis Data Streams developer guide, "Partition key"). */
function holds({ HashKeyRange: range }: Shard, partitionKey: string): boolean {
  const hashKey = BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`);
  return BigInt(range?.StartingHashKey ?? 0) <= hashKey && hashKey <= BigInt(range?.EndingHashKey ?? 0);
}

function momentsOf(events: readonly SimulatedEvent[]): number[] {
  return events.map(({ observedAt }) => Date.parse(observedAt));
}

function momentsShown(observations: ReadonlyArray<{ readonly effectiveDateTime?: string }>): number[] {
  return observations
    .map(({ effectiveDateTime }) => Date.parse(effectiveDateTime ?? ''))
    .sort((one, other) => one - other);
}
