import { setTimeout as sleep } from 'node:timers/promises';
import type { VitalSignsEvent } from '../../../src/workloads/vitals/event';
import type { LatestReadings } from '../../../src/workloads/vitals/latest-readings';
import { LatestReadingsWriter } from '../../../src/workloads/vitals/latest-readings-writer';
import type { LatestByCode } from '../../../src/workloads/vitals/reading';
import { eventually } from '../../support/test-consumer';

/** A cache whose answers a test decides on. */
class CacheInHand implements Pick<LatestReadings, 'update' | 'distrust'> {
  isAway = false;
  /** Lets every call wait until it is resolved. */
  gate: Promise<void> = Promise.resolve();
  underWay = 0;
  underWayMax = 0;
  readonly updates: Array<{ patientId: string; values: number[] }> = [];
  readonly distrusted: string[] = [];

  async update(patientId: string, latest: LatestByCode): Promise<void> {
    await this.answer();
    const values = latest.entries().flatMap(([, readings]) => readings.map(({ value }) => value));
    this.updates.push({ patientId, values });
  }

  async distrust(patientId: string): Promise<void> {
    await this.answer();
    this.distrusted.push(patientId);
  }

  private async answer(): Promise<void> {
    this.underWay += 1;
    this.underWayMax = Math.max(this.underWayMax, this.underWay);
    await this.gate;
    this.underWay -= 1;
    if (this.isAway) throw new Error('away');
  }
}

let cache: CacheInHand;
let writer: LatestReadingsWriter;
beforeEach(() => {
  cache = new CacheInHand();
  writer = new LatestReadingsWriter({ latestReadings: cache, pendingMax: 100, distrustedMax: 150, retryMs: 20 });
});
afterEach(async () => writer.close());

let sequence = 0;
function event(patientId: string, value: number): VitalSignsEvent {
  sequence += 1;
  return {
    id: `00000000-0000-4000-8000-${String(sequence).padStart(12, '0')}`,
    deviceId: 'monitor-7',
    patientId,
    observedAtMs: Date.parse('2026-11-22T10:00:00Z') + sequence,
    measurements: [{ code: '8867-4', value, unit: '/min' }],
  };
}

test('writes the newest of each patient, once a batch', async () => {
  writer.committed([event('p-1', 70), event('p-2', 90), event('p-1', 71)]);
  await eventually(
    () => cache.updates.length,
    (count) => count === 2,
  );

  expect(cache.updates).toEqual([
    { patientId: 'p-1', values: [71] },
    { patientId: 'p-2', values: [90] },
  ]);
});

test('returns at once while Redis hangs, gathers what comes, and writes only the newest when it is back', async () => {
  let open: () => void = () => undefined;
  cache.gate = new Promise((resolve) => {
    open = resolve;
  });
  const startedAtMs = performance.now();
  for (let value = 0; value < 5_000; value += 1) writer.committed([event('p-1', value)]);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(writer.pendingCount).toBe(1);
  open();
  await eventually(
    () => cache.updates.length,
    (count) => count === 2,
  );

  expect(cache.updates.map(({ values }) => values)).toEqual([[0], [4_999]]);
});

test('keeps its memory in bounds, however many patients come while Redis hangs', async () => {
  let open: () => void = () => undefined;
  cache.gate = new Promise((resolve) => {
    open = resolve;
  });
  writer.committed(Array.from({ length: 1_000 }, (_, index) => event(`p-${index}`, 70)));
  writer.committed(Array.from({ length: 1_000 }, (_, index) => event(`q-${index}`, 70)));

  expect(writer.pendingCount).toBeLessThanOrEqual(100);
  expect(writer.distrustedCount).toBe(150);
  expect(cache.underWayMax).toBeLessThanOrEqual(64);
  open();
});

test('has the cache distrust a patient of whom an update was lost, as soon as Redis listens again', async () => {
  cache.isAway = true;
  writer.committed([event('p-1', 70), event('p-2', 70)]);
  await eventually(
    () => writer.distrustedCount,
    (count) => count === 2,
  );
  await sleep(100);
  expect(cache.distrusted).toEqual([]);
  cache.isAway = false;
  // What comes in between does not heal the loss: it may be of another code.
  writer.committed([event('p-1', 71)]);
  await eventually(
    () => writer.distrustedCount,
    (count) => count === 0,
  );

  expect(cache.distrusted.sort()).toEqual(['p-1', 'p-2']);
});

test('has the cache distrust those whom it had no room to keep', async () => {
  writer.committed(Array.from({ length: 120 }, (_, index) => event(`p-${index}`, 70)));
  await eventually(
    () => cache.updates.length + cache.distrusted.length,
    (count) => count === 120,
  );

  expect([cache.updates.length, cache.distrusted.length]).toEqual([100, 20]);
});

test('writes what waits before it closes, and takes nothing more', async () => {
  writer.committed([event('p-1', 70)]);
  await writer.close();
  writer.committed([event('p-2', 70)]);
  await sleep(50);

  expect(cache.updates.map(({ patientId }) => patientId)).toEqual(['p-1']);
});

test('closes within a second or so though Redis hangs', async () => {
  cache.gate = new Promise(() => undefined);
  writer.committed([event('p-1', 70)]);
  const startedAtMs = performance.now();
  await writer.close();

  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
});
