/** What the demo has seen so far. */
export interface DemoReport {
  readonly atMs: number;
  /** Events that were sent, bad ones and repeated ones included. */
  readonly sentCount: number;
  readonly storedCount: number;
  readonly quarantinedCount: number;
  /** Events that came again and were not stored again. */
  readonly repeatedCount: number;
  /** How long the oldest event has been waiting. */
  readonly lagMs: number;
  /** Until an event was stored; `undefined` when none was lately. */
  readonly latencyP99Ms: number | undefined;
  /** What the workload tells beside, such as `alarms 3`. */
  readonly notes: readonly string[];
}

/** One line for a person who watches. Rates are those since the line before. */
export function reportLine(now: DemoReport, before: DemoReport): string {
  const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1_000);
  const rate = (count: keyof DemoReport & `${string}Count`): string =>
    grouped(Math.round((now[count] - before[count]) / seconds));
  return [
    new Date(now.atMs).toISOString().slice(11, 19),
    `in ${grouped(now.sentCount)} (${rate('sentCount')}/s)`,
    `stored ${grouped(now.storedCount)} (${rate('storedCount')}/s)`,
    `lag ${grouped(Math.round(now.lagMs))} ms`,
    `p99 ${now.latencyP99Ms === undefined ? '–' : `${grouped(Math.round(now.latencyP99Ms))} ms`}`,
    `quarantine ${grouped(now.quarantinedCount)}`,
    `repeated ${grouped(now.repeatedCount)}`,
    ...now.notes,
  ].join('  ');
}

/** The account at the end: every event that was sent, and what became of it. */
export function closingLine(
  sentCount: number,
  settled: Omit<DemoReport, 'sentCount' | 'atMs' | 'lagMs' | 'latencyP99Ms' | 'notes'>,
): string {
  const { storedCount, quarantinedCount, repeatedCount } = settled;
  const missing = sentCount - storedCount - quarantinedCount - repeatedCount;
  return (
    `Of ${grouped(sentCount)} events sent, ${grouped(storedCount)} are stored, ${grouped(quarantinedCount)} in quarantine, ` +
    `${grouped(repeatedCount)} came again and were not stored again; ${missing === 0 ? 'none is missing' : `${grouped(missing)} are missing`}.`
  );
}

function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
