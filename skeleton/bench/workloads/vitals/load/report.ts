import { grouped, type Verdict, verdictLine } from '../../../report';

/** What the load run sent, what became of it, and what was done to the processors meanwhile. */
export interface LoadResults {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly shards: number;
  /** Events that the stream took. */
  readonly sentCount: number;
  /** Measurements in them: a row each. */
  readonly sentRowsCount: number;
  /** From the first event to the answer to the last one. */
  readonly sendingSeconds: number;
  /** Of one PutRecords, the emulator's part of the latency. */
  readonly putP50Ms: number;
  readonly putP99Ms: number;
  /** The most that an event waited to be sent and taken: below a second, the stream kept up with the monitors. */
  readonly putLagMaxMs: number;
  /** Events that were sent and are not stored. */
  readonly missingCount: number;
  /** Distinct events that are stored, sent by us or not. */
  readonly storedCount: number;
  readonly storedRowsCount: number;
  readonly quarantinedCount: number;
  readonly killsCount: number;
  /** Processors that were started again after a kill. */
  readonly restartsCount: number;
  /** From the observation to the commit, from which on an event can be queried; `undefined` where nothing was stored. */
  readonly latency: LoadLatency | undefined;
}

export interface LoadLatency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The part of it from the stream's answer on, without what the emulator took to take the event. */
  readonly sinceTakenP50Ms: number;
  readonly sinceTakenP99Ms: number;
}

/** Less than this part of the load that was asked for shows nothing about that load. */
const RATE_SHARE_MIN = 0.95;

/** The promises that the load run shows. The last ones say whether it was the run that was asked for. */
export function loadVerdicts(results: LoadResults): Verdict[] {
  const { sentCount, missingCount, storedCount, sentRowsCount, storedRowsCount, quarantinedCount } = results;
  const { killsCount, restartsCount, eventsPerSecond, sendingSeconds } = results;
  const rate = sendingSeconds > 0 ? sentCount / sendingSeconds : 0;
  return [
    {
      holds: sentCount > 0 && missingCount === 0 && storedCount === sentCount,
      text: `sent = stored: of ${grouped(sentCount)} events sent, ${grouped(missingCount)} are missing; ${grouped(storedCount)} are stored`,
    },
    {
      holds: storedRowsCount === sentRowsCount,
      text: `none twice: ${grouped(storedRowsCount)} rows of ${grouped(sentRowsCount)} measurements`,
    },
    { holds: quarantinedCount === 0, text: `none in quarantine: ${grouped(quarantinedCount)} are` },
    {
      holds: killsCount > 0 && restartsCount === killsCount,
      text: `a processor was killed ${killsCount} times, and started again ${restartsCount} times`,
    },
    {
      holds: rate >= RATE_SHARE_MIN * eventsPerSecond,
      text:
        `the stream took ${grouped(rate)} events a second of ${grouped(eventsPerSecond)} that were asked for` +
        (rate >= RATE_SHARE_MIN * eventsPerSecond
          ? ''
          : ': this machine or the emulator is at its limit, so the run says nothing about the pipeline at that load'),
    },
  ];
}

/** Everything as text, verdicts last. */
export function renderLoad(results: LoadResults): string {
  const { seconds, eventsPerSecond, shards, killsCount, latency } = results;
  const ms = (value: number): string => `${grouped(value)} ms`;
  return [
    `${grouped(eventsPerSecond)} events a second for ${seconds} s, ${shards} shards, two processors, ${killsCount} kills`,
    '',
    `Emulator    PutRecords p50 ${ms(results.putP50Ms)}, p99 ${ms(results.putP99Ms)}; longest wait of an event until it was taken ${ms(results.putLagMaxMs)}`,
    latency === undefined
      ? 'Pipeline    nothing was stored'
      : `Pipeline    event to queryable row p50 ${ms(latency.p50Ms)}, p99 ${ms(latency.p99Ms)}, longest ${ms(latency.maxMs)}; since the stream took it p50 ${ms(latency.sinceTakenP50Ms)}, p99 ${ms(latency.sinceTakenP99Ms)}`,
    '            The shards of a killed processor wait for its lease to run out: that is what p99 shows.',
    '',
    ...loadVerdicts(results).map(verdictLine),
  ].join('\n');
}

/** What a person who watches sees every few seconds. */
export interface LoadProgress {
  readonly elapsedSeconds: number;
  readonly sentCount: number;
  readonly settledCount: number;
  /** How long the oldest event has been waiting. */
  readonly lagMs: number;
  readonly killsCount: number;
}

export function progressLine({ elapsedSeconds, sentCount, settledCount, lagMs, killsCount }: LoadProgress): string {
  return [
    `${String(Math.round(elapsedSeconds)).padStart(4)} s`,
    `sent ${grouped(sentCount)}`,
    `committed ${grouped(settledCount)}`,
    `lag ${grouped(lagMs)} ms`,
    `kills ${killsCount}`,
  ].join('  ');
}
