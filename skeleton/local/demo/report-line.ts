/** What the demo has seen so far, and in the last period. */
export interface DemoFigures {
  readonly atMs: number;
  /** Events that monitors sent, bad ones and repeated ones included. */
  readonly sentCount: number;
  readonly receivedCount: number;
  readonly storedCount: number;
  readonly duplicateCount: number;
  readonly quarantinedCount: number;
  /** How far behind the newest record the slowest shard is; `undefined` where nobody said so. */
  readonly lagMs: number | undefined;
  readonly latencyP99Ms: number | undefined;
  readonly alarmCount: number;
}

/** One line for a person who watches. */
export function reportLine(now: DemoFigures, before: DemoFigures): string {
  const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1_000);
  const perSecond = Math.round((now.storedCount - before.storedCount) / seconds);
  const parts = [
    new Date(now.atMs).toISOString().slice(11, 19),
    `events in ${grouped(now.receivedCount)} of ${grouped(now.sentCount)} sent`,
    `stored ${grouped(now.storedCount)} (${grouped(perSecond)}/s)`,
    `lag ${now.lagMs === undefined ? '–' : `${grouped(Math.round(now.lagMs))} ms`}`,
    `p99 ${now.latencyP99Ms === undefined ? '–' : `${grouped(Math.round(now.latencyP99Ms))} ms`}`,
    `quarantine ${grouped(now.quarantinedCount)}`,
    `twice ${grouped(now.duplicateCount)}`,
    `alarms ${now.alarmCount}`,
  ];
  return parts.join('  ');
}

function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
