import { InFlight } from '../../local/demo/in-flight';
import { closingLine, type DemoReport, reportLine } from '../../local/demo/report-line';

describe('what the demo says', () => {
  const report = (changes: Partial<DemoReport>): DemoReport => ({
    atMs: Date.parse('2026-11-22T10:00:00.000Z'),
    sentCount: 0,
    storedCount: 0,
    quarantinedCount: 0,
    repeatedCount: 0,
    lagMs: 0,
    latencyP99Ms: undefined,
    notes: [],
    ...changes,
  });

  test('is one line with totals and the rates since the line before', () => {
    const now = report({
      atMs: Date.parse('2026-11-22T10:00:05.000Z'),
      sentCount: 2_000,
      storedCount: 1_500,
      quarantinedCount: 3,
      repeatedCount: 4,
      lagMs: 87.6,
      latencyP99Ms: 210.4,
      notes: ['alarms 2'],
    });

    expect(reportLine(now, report({ sentCount: 1_000, storedCount: 1_000 }))).toBe(
      '10:00:05  in 2,000 (200/s)  stored 1,500 (100/s)  lag 88 ms  p99 210 ms  quarantine 3  repeated 4  alarms 2',
    );
  });

  test('accounts for every event at the end, and does not hide one that is missing', () => {
    const settled = { storedCount: 90, quarantinedCount: 6, repeatedCount: 4 };

    expect(closingLine(100, settled)).toMatch(/none is missing\.$/);
    expect(closingLine(103, settled)).toMatch(/3 are missing\.$/);
  });
});

describe('events in flight', () => {
  const sent = (sequenceNumber: string, sentAtMs: number, isRepeated = false) => ({
    shardId: 'shard',
    sequenceNumber,
    sentAtMs,
    isRepeated,
  });

  test('are settled up to the checkpoint, by number and not by text', () => {
    const inFlight = new InFlight();
    inFlight.add([sent('9', 1_000), sent('10', 2_000, true), sent('11', 3_000)]);

    inFlight.settle(new Map([['shard', '10']]));

    expect([inFlight.sentCount, inFlight.settledCount, inFlight.settledRepeatedCount]).toEqual([3, 2, 1]);
    expect(inFlight.lagMs(3_500)).toBe(500);
    inFlight.settle(new Map([['shard', '49590338271490256608559692538361571095921575989136588898']]));
    expect(inFlight.settledCount).toBe(3);
    expect(inFlight.lagMs(9_999)).toBe(0);
  });
});
