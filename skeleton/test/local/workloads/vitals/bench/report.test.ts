import { InProcessKinesis } from '../../../../../bench/in-process-kinesis';
import { median } from '../../../../../bench/statistics';
import { type BenchResults, render, verdicts } from '../../../../../bench/workloads/vitals/report';
import { listShards } from '../../../../../src/runtime/kinesis/shard-lister';
import { ShardReader } from '../../../../../src/runtime/kinesis/shard-reader';

const results = (changes: { ratio?: number; p99Ms?: number } = {}): BenchResults => {
  const latency = { eventsPerSecond: 1_000, pollIntervalMs: 200, eventsCount: 9_000, p50Ms: 110, p99Ms: 210 };
  return {
    throughput: [
      { batchEvents: 100, rowsPerEvent: 1, pipelineEventsPerSecond: 9_000, rawEventsPerSecond: 30_000, ratio: 0.3 },
      {
        batchEvents: 500,
        rowsPerEvent: 1,
        pipelineEventsPerSecond: 20_000,
        rawEventsPerSecond: 30_000,
        ratio: changes.ratio ?? 0.67,
      },
    ],
    latencyInProcess: { ...latency, p99Ms: changes.p99Ms ?? latency.p99Ms },
    latencyThroughEmulator: { ...latency, p99Ms: 5_000 },
    peakRssMegabytes: 200,
  };
};

describe("the benchmark's verdicts", () => {
  test('bind the ratio at batches of 500 and the latency in process, and nothing else', () => {
    expect(verdicts(results()).map(({ holds }) => holds)).toEqual([true, true]);
    expect(verdicts(results({ ratio: 0.5, p99Ms: 300 })).map(({ holds }) => holds)).toEqual([true, true]);
    expect(verdicts(results({ ratio: 0.49 })).map(({ holds }) => holds)).toEqual([false, true]);
    expect(verdicts(results({ p99Ms: 301 })).map(({ holds }) => holds)).toEqual([true, false]);
  });

  test('stand below the tables', () => {
    const text = render(results({ ratio: 0.4 }));

    expect(text).toContain('in process     1,000   9,000  200 ms  110 ms   210 ms');
    expect(text).toMatch(
      /MISSED {2}batches of 500 events of 1 rows reach 0\.40 of the raw limit; bound: at least 0\.5/,
    );
  });

  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])('rest on the median of %j', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe('the in-process Kinesis', () => {
  test('serves the records of each shard once and in order, as the reader asks for them', async () => {
    const kinesis = new InProcessKinesis(2, 'eu-central-1');
    const shards = await listShards(kinesis.client, 'stream');
    for (let number = 0; number < 50; number += 1) kinesis.put(`patient-${number % 7}`, Buffer.from(String(number)));

    const read = await Promise.all(
      shards.map(async ({ shardId }) => {
        const reader = new ShardReader({
          client: kinesis.client,
          streamName: 'stream',
          shardId,
          after: null,
          pollIntervalMs: 10,
          log: { event: () => undefined },
        });
        const pages = [
          await reader.next(new AbortController().signal),
          await reader.next(new AbortController().signal),
        ];
        return pages.flatMap(
          (page) => page?.records.map(({ data }) => Number(Buffer.from(data).toString('utf8'))) ?? [],
        );
      }),
    );

    for (const numbers of read) {
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    }
    expect(read.flat().sort((one, other) => one - other)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });
});
