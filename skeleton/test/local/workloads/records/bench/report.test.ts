import { parseBenchArguments } from '../../../../../bench/workloads/records/arguments';
import { type BenchResults, render, verdicts } from '../../../../../bench/workloads/records/report';

const throughput = (batchChanges: number, ratio: number, pipelinePerSecond: number) => ({
  batchChanges,
  ratio,
  pipelinePerSecond,
  decodingPerSecond: 2_000,
  storingPerSecond: 2_000,
  partsPerSecond: 1_000,
});
const results = (changes: Partial<BenchResults> = {}): BenchResults => ({
  throughput: [throughput(100, 0.5, 100), throughput(500, 0.9, 900)],
  peakEventsPerSecond: 200,
  peakRssMegabytes: 300,
  ...changes,
});
const missed = (changes: Partial<BenchResults>) =>
  verdicts(results(changes)).flatMap(({ holds, text }) => (holds ? [] : [text]));

describe('the verdicts of the benchmark of records', () => {
  test('hold where batches of 500 cost little more than decoding and storing, at the tenant’s peak, within memory', () => {
    expect(missed({})).toEqual([]);
  });

  test.each([
    ['costs more than its parts', { throughput: [throughput(500, 0.74, 900)] }, 'reach 0.74 of decoding and storing'],
    ['is slower than the tenant’s peak', { throughput: [throughput(500, 0.9, 199)] }, 'stores 199 resources a second'],
    ['takes too much memory', { peakRssMegabytes: 1_025 }, 'more than 1,025 MB'],
  ])('miss where the pipeline %s', (_, changes, text) => {
    expect(missed(changes)).toEqual([expect.stringContaining(text)]);
    expect(render(results(changes))).toContain('MISSED');
  });
});

describe('the command line of the benchmark of records', () => {
  test('says how many submissions a run has', () => {
    expect(parseBenchArguments([])).toMatchObject({ mode: 'throughput', submissionsPerRun: 3_000 });
    expect(parseBenchArguments(['--submissions', '500'])).toMatchObject({ submissionsPerRun: 500 });
  });

  test.each([
    [['--submissions', '10'], '--submissions is "10": expected a whole number from 100 to 50000.'],
    [['--load'], 'The options are --submissions, --json, --help.'],
    [['--json', ''], '--json needs the path of a file.'],
  ])('refuses %j with what is legal', (words, message) => {
    expect(() => parseBenchArguments(words)).toThrow(message);
  });
});
