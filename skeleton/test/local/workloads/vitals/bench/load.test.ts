import { randomUUID } from 'node:crypto';
import { BenchArgumentError } from '../../../../../bench/arguments';
import { quantile } from '../../../../../bench/statistics';
import { HELP, parseBenchArguments } from '../../../../../bench/workloads/vitals/arguments';
import { gatewayRecords } from '../../../../../bench/workloads/vitals/gateways';
import {
  type LoadResults,
  loadVerdicts,
  progressLine,
  renderLoad,
} from '../../../../../bench/workloads/vitals/load/report';
import {
  countMissing,
  countStored,
  measureLoadLatency,
} from '../../../../../bench/workloads/vitals/load/stored-events';
import { startVitalsDatabase } from '../../../../../bench/workloads/vitals/vitals-database';
import { InFlight } from '../../../../../local/demo/in-flight';
import { Teardown } from '../../../../../local/teardown';
import { Ward } from '../../../../../local/workloads/vitals/simulator/ward';

describe("the benchmark's command line", () => {
  test('asks for the limits unless it asks for the load run, which lasts five minutes at 1000 events a second', () => {
    expect(parseBenchArguments([])).toEqual({ mode: 'limits', jsonFile: undefined });
    expect(parseBenchArguments(['--json', 'file'])).toEqual({ mode: 'limits', jsonFile: 'file' });
    const load = { mode: 'load', seconds: 300, eventsPerSecond: 1_000, jsonFile: undefined };
    expect(parseBenchArguments(['--load'])).toEqual(load);
    expect(parseBenchArguments(['--load', '--seconds=30', '--rate', '3000', '--json', 'file'])).toEqual({
      mode: 'load',
      seconds: 30,
      eventsPerSecond: 3_000,
      jsonFile: 'file',
    });
  });

  test('explains itself, and each option that it knows', () => {
    expect(parseBenchArguments(['-h', '--load'])).toEqual({ mode: 'help' });
    for (const option of ['--load', '--seconds', '--rate', '--json']) expect(HELP).toContain(option);
  });

  test.each([
    [['--load', '--seconds', '29'], '--seconds is "29": expected a whole number of seconds from 30 to 900.'],
    [['--load', '--seconds', '901'], 'from 30 to 900'],
    [['--load', '--seconds=1e2'], '--seconds is "1e2"'],
    [['--load', '--rate', '9'], '--rate is "9": expected a whole number of events a second from 10 to 3000.'],
    [['--load', '--rate=-5'], '--rate is "-5"'],
    [['--load', '--rate', '3001'], 'from 10 to 3000'],
    [['--rate', '100'], '--rate is about the load run: add --load.'],
    [['--seconds', '100'], '--seconds is about the load run: add --load.'],
    [['--json', ''], '--json needs the path of a file.'],
    [['--laod'], 'The options are --load, --seconds, --rate, --json, --help.'],
    [['load'], 'The options are --load'],
  ])('refuses %j and says what is legal', (words, message) => {
    expect(() => parseBenchArguments(words)).toThrow(BenchArgumentError);
    expect(() => parseBenchArguments(words)).toThrow(message);
  });
});

describe("the load run's verdicts", () => {
  const results = (changes: Partial<LoadResults> = {}): LoadResults => ({
    seconds: 60,
    eventsPerSecond: 1_000,
    shards: 4,
    sentCount: 60_000,
    sentRowsCount: 181_234,
    sendingSeconds: 60.2,
    putP50Ms: 12,
    putP99Ms: 80,
    putLagMaxMs: 240,
    missingCount: 0,
    storedCount: 60_000,
    storedRowsCount: 181_234,
    quarantinedCount: 0,
    killsCount: 2,
    restartsCount: 2,
    latency: { p50Ms: 160, p99Ms: 15_200, maxMs: 16_000, sinceTakenP50Ms: 120, sinceTakenP99Ms: 15_100 },
    ...changes,
  });
  const missed = (changes: Partial<LoadResults>) =>
    loadVerdicts(results(changes)).flatMap(({ holds, text }) => (holds ? [] : [text.split(':')[0]]));

  test('hold when every event that was sent is stored once, though a processor was killed', () => {
    expect(missed({})).toEqual([]);
  });

  test.each<[string, Partial<LoadResults>, string]>([
    ['one event is missing', { missingCount: 1, storedCount: 59_999 }, 'sent = stored'],
    ['one is stored that nobody sent', { storedCount: 60_001 }, 'sent = stored'],
    ['one is missing and a strange one is there', { missingCount: 1 }, 'sent = stored'],
    ['nothing was sent', { sentCount: 0, storedCount: 0, sendingSeconds: 0.001 }, 'sent = stored'],
    ['a measurement is stored twice', { storedRowsCount: 181_235 }, 'none twice'],
    ['a measurement is missing', { storedRowsCount: 181_233 }, 'none twice'],
    ['an event is in quarantine', { quarantinedCount: 1 }, 'none in quarantine'],
    [
      'nobody was killed',
      { killsCount: 0, restartsCount: 0 },
      'a processor was killed 0 times, and started again 0 times',
    ],
    [
      'a processor did not come back',
      { restartsCount: 1 },
      'a processor was killed 2 times, and started again 1 times',
    ],
    [
      'a processor ended by itself besides',
      { restartsCount: 3 },
      'a processor was killed 2 times, and started again 3 times',
    ],
    [
      'the load was not reached',
      { sendingSeconds: 64 },
      'the stream took 938 events a second of 1,000 that were asked for',
    ],
  ])('do not hold when %s', (_, changes, verdict) => {
    expect(missed(changes)).toContain(verdict);
  });

  test('do not blame the pipeline for a load that the emulator could not take', () => {
    expect(renderLoad(results({ sendingSeconds: 90 }))).toMatch(
      /MISSED {2}the stream took 667 .+this machine or the emulator is at its limit/,
    );
    expect(renderLoad(results())).not.toContain('MISSED');
  });

  test("stand below the emulator's part of the latency and the whole of it", () => {
    const text = renderLoad(results());

    expect(text).toContain('PutRecords p50 12 ms, p99 80 ms; longest wait of an event until it was taken 240 ms');
    expect(text).toContain(
      'event to queryable row p50 160 ms, p99 15,200 ms, longest 16,000 ms; since the stream took it p50 120 ms, p99 15,100 ms',
    );
    expect(renderLoad(results({ latency: undefined }))).toContain('nothing was stored');
  });

  test('are preceded by lines for whoever watches', () => {
    expect(
      progressLine({ elapsedSeconds: 19.6, sentCount: 19_600, settledCount: 19_402, lagMs: 203.4, killsCount: 0 }),
    ).toBe('  20 s  sent 19,600  committed 19,402  lag 203 ms  kills 0');
  });

  test('rest on quantiles by nearest rank', () => {
    const values = [5, 1, 4, 2, 3];
    expect([quantile(values, 0), quantile(values, 0.5), quantile(values, 0.99), quantile([7], 0.5)]).toEqual([
      1, 3, 5, 7,
    ]);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

test('gateways gather the events of several monitors, each monitor at one gateway and in order', () => {
  const ward = new Ward({ patients: 20, seed: 'gateways', startAtMs: 0 });
  const events = ward.readingsDue(2_500);

  const records = gatewayRecords(events).map(({ PartitionKey, Data }) => ({
    gateway: PartitionKey,
    events: Buffer.from(Data)
      .toString('utf8')
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; patientId: string; observedAt: string }),
  }));
  expect(records).toHaveLength(8);
  expect(records.flatMap((record) => record.events.map(({ id }) => id)).sort()).toEqual(
    events.map(({ id }) => id).sort(),
  );
  const gateways = new Map<string, Set<string>>();
  for (const record of records) {
    const times = record.events.map(({ observedAt }) => observedAt);
    expect(times).toEqual([...times].sort());
    for (const { patientId } of record.events) {
      gateways.set(patientId, (gateways.get(patientId) ?? new Set()).add(record.gateway));
    }
  }
  expect([...gateways.values()].map(({ size }) => size)).toEqual(Array.from({ length: 20 }, () => 1));
});

test('what is under way is counted in events, though a record holds several', () => {
  const inFlight = new InFlight();
  const record = { shardId: 'shard', sentAtMs: 0, isRepeated: false };
  inFlight.add([
    { ...record, sequenceNumber: '1', eventsCount: 100 },
    { ...record, sequenceNumber: '2', eventsCount: 20 },
  ]);
  inFlight.settle(new Map([['shard', '1']]));

  expect([inFlight.sentCount, inFlight.settledCount]).toEqual([120, 100]);
});

test('what is stored is counted by events and rows, looked for by the ids that were sent, and timed to the commit', async () => {
  const teardown = new Teardown();
  try {
    const { superuser } = await startVitalsDatabase(teardown);
    const ids = Array.from({ length: 3 }, () => randomUUID());
    const taken = { eventIds: ids, takenAtMs: ids.map(() => Date.now() - 1_000) };
    expect(await measureLoadLatency(superuser, taken)).toBeUndefined();
    const store = async (eventId: string | undefined, code: string, ageSeconds: number) =>
      superuser.query(
        `INSERT INTO vital_sign (patient_id, code, observed_at, event_id, device_id, value, unit)
         VALUES ('p', $2, now() - make_interval(secs => $3), $1, 'd', 1, '/min')`,
        [eventId, code, ageSeconds],
      );
    await store(ids[0], '8867-4', 2);
    await store(ids[0], '9279-1', 2);
    await store(ids[1], '8867-4', 10);

    expect(await countStored(superuser)).toEqual({ storedCount: 2, storedRowsCount: 3, quarantinedCount: 0 });
    expect(await countMissing(superuser, ids)).toBe(1);
    expect(await countMissing(superuser, [])).toBe(0);
    const latency = await measureLoadLatency(superuser, taken);
    expect(latency?.maxMs).toBeGreaterThanOrEqual(10_000);
    expect(latency?.p50Ms).toBeGreaterThan(2_000);
    expect(latency?.p50Ms).toBeLessThan(10_000);
    // Both were taken before they were stored, and long after they were observed.
    expect(latency?.sinceTakenP50Ms).toBeGreaterThan(1_000);
    expect(latency?.sinceTakenP50Ms).toBeLessThan(latency?.p50Ms ?? 0);
  } finally {
    await teardown.run();
  }
}, 60_000);
