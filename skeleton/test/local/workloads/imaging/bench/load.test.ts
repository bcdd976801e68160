import { randomUUID } from 'node:crypto';
import { conclude } from '../../../../../bench/report';
import { parseBenchArguments } from '../../../../../bench/workloads/imaging/arguments';
import { accountFor, type Found, type SentScan } from '../../../../../bench/workloads/imaging/load/account';
import { lifeFaultOf, type LifeLine } from '../../../../../bench/workloads/imaging/load/life';
import {
  type LoadResults,
  loadVerdicts,
  progressLine,
  renderLoad,
} from '../../../../../bench/workloads/imaging/load/report';

describe('the command line of the load run of imaging', () => {
  test('asks for 600 scans and 50 kills, or for what it says', () => {
    expect(parseBenchArguments(['--load'])).toEqual({
      mode: 'load',
      scans: 600,
      kills: 50,
      seed: undefined,
      jsonFile: undefined,
    });
    expect(parseBenchArguments(['--load', '--scans=20', '--kills', '3', '--seed', 'a', '--json', 'file'])).toEqual({
      mode: 'load',
      scans: 20,
      kills: 3,
      seed: 'a',
      jsonFile: 'file',
    });
  });

  test.each([
    [['--load', '--scans', '1'], '--scans is "1": expected a whole number from 2 to 10000.'],
    [['--load', '--scans', '10001'], 'from 2 to 10000'],
    [['--load', '--scans', '1e3'], '--scans is "1e3"'],
    [['--load', '--kills', '0'], '--kills is "0": expected a whole number from 1 to 500.'],
    [['--load', '--kills=501'], 'from 1 to 500'],
    [['--load', '--seed', ''], '--seed needs a text.'],
    [['--load', '--files', '20'], '--files is not about the load run: leave --load out.'],
    [['--kills', '5'], '--kills is about the load run: add --load.'],
    [['--laod'], 'The options are --megabytes, --files, --load, --scans, --kills, --seed, --json, --help.'],
  ])('refuses %j and says what is legal', (words, message) => {
    expect(() => parseBenchArguments(words)).toThrow(message);
  });
});

const line = (scanId: string, step: LifeLine['step'], attempt: number): LifeLine => ({
  eventId: `${scanId}/${step}/${attempt}`,
  scanId,
  step,
  attempt,
});
const whole = (scanId: string): LifeLine[] => [
  line(scanId, 'received', 0),
  line(scanId, 'queued', 0),
  line(scanId, 'started', 1),
  line(scanId, 'stored', 1),
  line(scanId, 'removed', 1),
];

describe('the life of a scan', () => {
  const [received, queued, started, stored, removed] = whole('a') as [LifeLine, LifeLine, LifeLine, LifeLine, LifeLine];
  const [again, requeued] = [line('a', 'started', 2), line('a', 'queued', 1)];

  test.each([
    ['in one go', whole('a')],
    ['with a second attempt, queued for it or not', [received, queued, started, requeued, again, stored, removed]],
    ['with an attempt that nobody queued', [received, queued, started, again, stored, removed]],
    ['with events that come again', [received, queued, received, started, stored, started, removed, stored]],
  ])('is well told %s', (_, told) => {
    expect(lifeFaultOf(told)).toBeUndefined();
  });

  test.each([
    ['never received', [queued, started, stored, removed], 'incomplete'],
    ['not stored', [received, queued, started, removed], 'incomplete'],
    ['not removed', [received, queued, started, stored], 'incomplete'],
    ['nothing', [], 'incomplete'],
    ['stored before it was taken up', [received, queued, stored, started, removed], 'disordered'],
    [
      'queued for an attempt that was under way',
      [received, queued, started, again, requeued, stored, removed],
      'disordered',
    ],
    ['stored twice', [received, queued, started, stored, again, line('a', 'stored', 2), removed], 'disordered'],
    ['failed', [received, queued, started, line('a', 'failed', 1), again, stored, removed], 'disordered'],
  ])('is ill told: %s', (_, told, fault) => {
    expect(lifeFaultOf(told)).toBe(fault);
  });
});

describe('the account of a load run', () => {
  const sent: SentScan[] = ['1', '2', '3'].map((digit) => ({ scanId: randomUUID(), sha256: digit.repeat(64) }));
  const [one, two] = sent as [SentScan, SentScan];
  const found: Found = {
    rows: sent.map((scan) => ({ ...scan, state: 'stored', reasonCode: null, instancesCount: 1 })),
    openUploadsCount: 0,
    objects: sent.flatMap(({ sha256 }) => [
      { kind: 'originals' as const, sha256, contentSha256: sha256 },
      { kind: 'previews' as const, sha256 },
      { kind: 'deidentified' as const, sha256 },
    ]),
    openObjectsCount: 0,
    files: [],
    jobsCount: 0,
    untoldCount: 0,
    life: sent.flatMap(({ scanId }) => whole(scanId)),
  };
  const results = (changes: Partial<Found> = {}, more: Partial<LoadResults> = {}): LoadResults => ({
    seed: 'seed',
    account: accountFor(sent, { ...found, ...changes }),
    sentBytes: 3e6,
    sendingSeconds: 12.34,
    drainSeconds: 1,
    cutsCount: 2,
    killsAskedCount: 2,
    killsCount: 2,
    restartsCount: 2,
    lossesCount: 2,
    attemptsCount: 5,
    latency: { p50Ms: 700, p99Ms: 1_800, maxMs: 2_000 },
    ...more,
  });
  const rows = (change: Partial<Found['rows'][number]>) =>
    found.rows.map((row) => (row.scanId === one.scanId ? { ...row, ...change } : row));
  const withoutObject = (kind: string) => found.objects.filter((o) => o.kind !== kind || o.sha256 !== one.sha256);

  test('holds when every scan is there once, and nothing is left over', () => {
    expect(loadVerdicts(results()).filter(({ holds }) => !holds)).toEqual([]);
    expect(conclude(results(), loadVerdicts(results()), undefined)).toBe(0);
    expect(renderLoad(results())).toContain('received to stored p50 700 ms, p99 1,800 ms, longest 2,000 ms');
  });

  test.each<readonly [string, Partial<Found>, string]>([
    ['a scan is missing', { rows: found.rows.slice(1) }, 'of 3 scans, 1 are missing, 0 are not done, 0 failed'],
    ['a scan is not done', { rows: rows({ state: 'received', instancesCount: 0 }) }, '0 are missing, 1 are not done'],
    ['a scan failed', { rows: rows({ state: 'failed', instancesCount: 0 }) }, '0 are not done, 1 failed'],
    ['a scan has two instances', { rows: rows({ instancesCount: 2 }) }, 'once: of 3 scans, 1 are stored otherwise'],
    ['a scan has no instance', { rows: rows({ instancesCount: 0 }) }, 'once: of 3 scans, 1 are stored otherwise'],
    ['a scan is a repetition', { rows: rows({ reasonCode: 'repeat' }) }, '1 are stored otherwise'],
    ['a scan is in conflict', { rows: rows({ state: 'conflict' }) }, '1 are stored otherwise'],
    ['a scan has another hash', { rows: rows({ sha256: two.sha256 }) }, '1 are stored otherwise'],
    [
      'a scan is there that nobody sent',
      {
        rows: [
          ...found.rows,
          ...rows({})
            .slice(1, 2)
            .map((row) => ({ ...row, scanId: randomUUID() })),
        ],
      },
      '1 are there that nobody sent',
    ],
    [
      'an original is missing',
      { objects: withoutObject('originals') },
      'bit for bit: of 3 scans, 1 have another original or none; 2',
    ],
    [
      'an original is damaged',
      {
        objects: found.objects.map((o) =>
          o.sha256 === one.sha256 && o.kind === 'originals' ? { ...o, contentSha256: 'f' } : o,
        ),
      },
      'bit for bit: of 3 scans, 1 have another original or none; 3',
    ],
    [
      'an original is there twice',
      { objects: [...found.objects, ...found.objects.slice(0, 1)] },
      '1 have another original or none; 4',
    ],
    [
      'an object is of nobody',
      { objects: [...found.objects, { kind: 'originals', sha256: 'e' }] },
      '0 have another original or none; 4',
    ],
    ['a preview is missing', { objects: withoutObject('previews') }, 'results: of 3 scans, 1 are without'],
    ['a derivative is missing', { objects: withoutObject('deidentified') }, 'results: of 3 scans, 1 are without'],
    ['a life is told in part', { life: found.life.slice(1) }, 'lives: of 3 scans, 1 are told in part'],
    [
      'a life is told out of order',
      { life: found.life.toSpliced(0, 2, ...found.life.slice(0, 2).toReversed()) },
      '1 out of order',
    ],
    ['an event is not told', { untoldCount: 1 }, '1 events not at all'],
    ['a file is left', { files: [one.scanId] }, 'left over: 1 files in the folder of scans'],
    ['an upload is left', { openUploadsCount: 1 }, '1 uploads'],
    ['a job is left', { jobsCount: 1 }, 'left over: 1 jobs in the queue'],
  ])('says so, and ends with 1, when %s', (_, changes, text) => {
    const missed = loadVerdicts(results(changes)).filter(({ holds }) => !holds);

    expect(missed.map(({ text: said }) => said).join('\n')).toContain(text);
    expect(conclude({}, loadVerdicts(results(changes)), undefined)).toBe(1);
    expect(renderLoad(results(changes))).toContain('MISSED');
  });

  test.each<readonly [string, Partial<LoadResults>]>([
    ['too few workers were killed', { killsCount: 1, restartsCount: 1 }],
    ['a worker did not come back', { restartsCount: 1 }],
    ['a worker ended by itself', { restartsCount: 3 }],
    ['the queue was not lost', { lossesCount: 1 }],
    ['no upload was cut', { cutsCount: 0 }],
  ])('misses where the run was not what was asked for: %s', (_, changes) => {
    expect(loadVerdicts(results({}, changes)).filter(({ holds }) => !holds)).toHaveLength(1);
  });

  test('misses where nothing was sent', () => {
    const account = accountFor([], { ...found, rows: [], objects: [], life: [] });

    expect(loadVerdicts(results({}, { account, latency: undefined })).some(({ holds }) => !holds)).toBe(true);
  });

  test('is preceded by lines for whoever watches', () => {
    expect(progressLine({ elapsedSeconds: 19.6, sentCount: 1_600, leftCount: 12, killsCount: 3, cutsCount: 7 })).toBe(
      '  20 s  sent 1,600  not done 12  kills 3  cuts 7',
    );
  });
});
