import type { LatencyResult } from './latency';
import type { ThroughputResult } from './throughput';
import { grouped, table, type Verdict, verdictLine } from '../../report';

export interface BenchResults {
  readonly throughput: readonly ThroughputResult[];
  readonly latencyInProcess: LatencyResult;
  readonly latencyThroughEmulator: LatencyResult;
  /** The most memory that this process had, simulator and peers included. */
  readonly peakRssMegabytes: number;
}

export const RATIO_MIN = 0.5;
export const RATIO_BATCH_EVENTS = 500;
/** What p99 may take beyond the poll interval, which is the floor: Kinesis allows five reads a second and shard. */
export const LATENCY_ALLOWANCE_MS = 100;

/** The promises that the benchmark guards. */
export function verdicts({ throughput, latencyInProcess }: BenchResults): Verdict[] {
  const bounded = throughput.filter(({ batchEvents }) => batchEvents === RATIO_BATCH_EVENTS);
  const limitMs = latencyInProcess.pollIntervalMs + LATENCY_ALLOWANCE_MS;
  return [
    ...bounded.map(({ ratio, rowsPerEvent }) => ({
      holds: ratio >= RATIO_MIN,
      text: `batches of ${RATIO_BATCH_EVENTS} events of ${rowsPerEvent} rows reach ${ratio.toFixed(2)} of the raw limit; bound: at least ${RATIO_MIN}`,
    })),
    {
      holds: latencyInProcess.p99Ms <= limitMs,
      text: `p99 from event to queryable row, served in process, is ${Math.round(latencyInProcess.p99Ms)} ms; bound: poll interval + ${LATENCY_ALLOWANCE_MS} ms = ${limitMs} ms`,
    },
  ];
}

/** Everything as text, verdicts last. */
export function render(results: BenchResults): string {
  const { throughput, latencyInProcess, latencyThroughEmulator, peakRssMegabytes } = results;
  return [
    'Events per second, one process, one shard, one connection; medians',
    table([
      ['batch', 'rows/event', 'pipeline', 'raw unnest', 'ratio'],
      ...throughput.map((result) => [
        String(result.batchEvents),
        String(result.rowsPerEvent),
        grouped(result.pipelineEventsPerSecond),
        grouped(result.rawEventsPerSecond),
        result.ratio.toFixed(2),
      ]),
    ]),
    '',
    'Latency from event to queryable row',
    table([
      ['served', 'events/s', 'events', 'poll', 'p50', 'p99'],
      latencyRow('in process', latencyInProcess),
      latencyRow('by emulator', latencyThroughEmulator),
    ]),
    '',
    `Peak memory of the process, simulator included: ${Math.round(peakRssMegabytes)} MB`,
    '',
    ...verdicts(results).map(verdictLine),
  ].join('\n');
}

function latencyRow(
  served: string,
  { eventsPerSecond, eventsCount, pollIntervalMs, p50Ms, p99Ms }: LatencyResult,
): string[] {
  return [
    served,
    grouped(eventsPerSecond),
    grouped(eventsCount),
    `${pollIntervalMs} ms`,
    ...[p50Ms, p99Ms].map((ms) => `${Math.round(ms)} ms`),
  ];
}
