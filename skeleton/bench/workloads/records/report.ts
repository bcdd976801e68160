import type { ThroughputResult } from './throughput';
import { grouped, table, type Verdict, verdictLine } from '../../report';

export interface BenchResults {
  readonly throughput: readonly ThroughputResult[];
  /** The tenant's peak. */
  readonly peakEventsPerSecond: number;
  /** The most memory that this process had, simulator included. */
  readonly peakRssMegabytes: number;
}

/** What the pipeline reaches of decoding and storing one after the other: it may cost that and little more. */
export const RATIO_MIN = 0.75;
export const BOUNDED_BATCH_CHANGES = 500;
/** A task of Fargate has two gibibytes; the bench holds its input as well. */
export const PEAK_RSS_MEGABYTES_MAX = 1_024;

/** The promises that the benchmark guards. */
export function verdicts({ throughput, peakEventsPerSecond, peakRssMegabytes }: BenchResults): Verdict[] {
  const bounded = throughput.filter(({ batchChanges }) => batchChanges === BOUNDED_BATCH_CHANGES);
  return [
    ...bounded.flatMap(({ ratio, pipelinePerSecond }) => [
      {
        holds: ratio >= RATIO_MIN,
        text: `batches of ${BOUNDED_BATCH_CHANGES} reach ${ratio.toFixed(2)} of decoding and storing by themselves; bound: at least ${RATIO_MIN}`,
      },
      {
        holds: pipelinePerSecond >= peakEventsPerSecond,
        text: `one process stores ${grouped(pipelinePerSecond)} resources a second; bound: the tenant's peak, ${grouped(peakEventsPerSecond)}`,
      },
    ]),
    {
      holds: peakRssMegabytes <= PEAK_RSS_MEGABYTES_MAX,
      text: `the process never has more than ${grouped(peakRssMegabytes)} MB; bound: ${grouped(PEAK_RSS_MEGABYTES_MAX)} MB`,
    },
  ];
}

/** Everything as text, verdicts last. */
export function render(results: BenchResults): string {
  return [
    'Resources per second, one process, one shard, one connection; medians',
    table([
      ['batch', 'pipeline', 'decoding and validation', 'storing', 'both, by themselves', 'ratio'],
      ...results.throughput.map((result) => [
        String(result.batchChanges),
        grouped(result.pipelinePerSecond),
        grouped(result.decodingPerSecond),
        grouped(result.storingPerSecond),
        grouped(result.partsPerSecond),
        result.ratio.toFixed(2),
      ]),
    ]),
    '',
    ...verdicts(results).map(verdictLine),
  ].join('\n');
}
