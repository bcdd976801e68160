import { existsSync } from 'node:fs';
import { VitalsOperatorFixture } from './operator-fixture';
import { killOperators, startOperator } from '../../../runtime/operations/operator-process';
import { eventually } from '../../../support/test-consumer';
import { vitalEvent } from '../vital-events';

// The first test that needs a server waits for its start.
jest.setTimeout(120_000);

const EVENTS = 12_000;

let operator: VitalsOperatorFixture;
beforeAll(async () => {
  operator = await VitalsOperatorFixture.start();
});
afterAll(async () => operator.stop());
afterEach(async () => {
  await killOperators();
  await operator.clear();
});

const start = (variables: Readonly<Record<string, string>>, ...words: string[]) =>
  startOperator({ workload: 'vitals', variables }, ...words);
const run = (...words: string[]) => start(operator.variables(), ...words, '--operator', 'Anna Schmidt');

/** As many good events as several seconds of replaying take, each with an id and a patient of its own. */
async function fillQuarantine(): Promise<void> {
  await operator.rows(
    `INSERT INTO quarantine SELECT 's', 'shard', lpad(n::text, 6, '0'), 0, 'unknown_code', 'r',
       convert_to(replace($1, 'EVENT', gen_random_uuid()::text), 'UTF8') FROM generate_series(1, $2::integer) AS n`,
    [JSON.stringify(vitalEvent({ id: 'EVENT', patientId: 'long' })), EVENTS],
  );
}

/** Events that are stored, in quarantine, or in both. */
async function whereabouts() {
  const [row] = await operator.rows<{ stored: number; waiting: number; both: number }>(`
    SELECT (SELECT count(DISTINCT event_id)::integer FROM vital_sign) AS stored,
      (SELECT count(*)::integer FROM quarantine) AS waiting,
      (SELECT count(*)::integer FROM quarantine JOIN vital_sign
         ON (convert_from(payload, 'UTF8')::json ->> 'id')::uuid = event_id) AS both`);
  return row;
}

const storedSoFar = async () => operator.count('vital_sign');
const countsIn = (output: string) => Number(/: (\d+) stored/.exec(output)?.[1]);

describe('a replay', () => {
  test('that is killed has each event in one place, and the next one does the rest', async () => {
    await fillQuarantine();
    const kills: Array<number | undefined> = [];
    for (const atLeast of [1, EVENTS / 3, (2 * EVENTS) / 3]) {
      const replay = run('quarantine', 'replay');
      await eventually(storedSoFar, (count) => count >= atLeast);
      replay.signal('SIGKILL');
      expect((await replay.ended).end).toBe('SIGKILL');
      const found = await whereabouts();
      expect(found).toMatchObject({ both: 0 });
      expect((found?.stored ?? 0) + (found?.waiting ?? 0)).toBe(EVENTS);
      kills.push(found?.waiting);
    }
    // It was under way each time.
    expect(kills.every((waiting) => waiting !== undefined && waiting > 0 && waiting < EVENTS)).toBe(true);

    expect((await run('quarantine', 'replay').ended).end).toBe(0);
    expect(await whereabouts()).toEqual({ stored: EVENTS, waiting: 0, both: 0 });
    expect(await operator.count('vital_sign')).toBe(EVENTS);
    // Each run is on record: those that were killed have no end.
    expect(
      await operator.rows('SELECT outcome, count(*)::integer FROM access_audit GROUP BY outcome ORDER BY outcome'),
    ).toEqual([
      { outcome: 'started', count: 4 },
      { outcome: 'success', count: 1 },
    ]);
  });

  test('beside another one stores each event once, and both take a part', async () => {
    await fillQuarantine();
    const ends = await Promise.all([run('quarantine', 'replay').ended, run('quarantine', 'replay').ended]);

    expect(ends.map(({ end }) => end)).toEqual([0, 0]);
    const [one = NaN, other = NaN] = ends.map(({ output }) => countsIn(output));
    expect(one + other).toBe(EVENTS);
    expect(Math.min(one, other)).toBeGreaterThan(0);
    expect(await whereabouts()).toEqual({ stored: EVENTS, waiting: 0, both: 0 });
  });

  test('that is asked to end does so between two steps, says so, and counts what it did', async () => {
    await fillQuarantine();
    const replay = run('quarantine', 'replay');
    await eventually(storedSoFar, (count) => count > 0);
    replay.signal('SIGTERM');
    const { end, output } = await replay.ended;

    expect(end).toBe(1);
    expect(output).toContain('Stopped, as asked: the same command again does what is left.');
    expect(countsIn(output)).toBe(await storedSoFar());
    expect(await storedSoFar()).toBeLessThan(EVENTS);
  });
});

describe('an erasure', () => {
  const ROWS = 60_000;
  const fillPatient = async () => {
    await operator.rows('SELECT ensure_vital_sign_partition(current_date)');
    await operator.rows(
      `INSERT INTO vital_sign SELECT 'long', '8867-4', current_date + make_interval(secs => n), gen_random_uuid(), 'd', 60,
         '/min' FROM generate_series(1, ${ROWS}) AS n`,
    );
  };
  const erase = () => run('patient', 'erase', '--patient', 'long', '--because', 'a letter');

  test('that is killed leaves the rest to the next one', async () => {
    await fillPatient();
    const erasure = erase();
    await eventually(storedSoFar, (count) => count < ROWS);
    erasure.signal('SIGKILL');
    await erasure.ended;

    const { end, output } = await erase().ended;
    expect(end).toBe(0);
    expect(output).not.toContain('long');
    expect(await storedSoFar()).toBe(0);
  });

  test('beside a replay leaves nothing of the patient in between', async () => {
    await fillQuarantine();
    const replay = run('quarantine', 'replay');
    await eventually(storedSoFar, (count) => count > 0);
    const [erased, replayed] = await Promise.all([erase().ended, replay.ended]);

    expect([erased.end, replayed.end]).toEqual([0, 0]);
    expect(await whereabouts()).toEqual({ stored: 0, waiting: 0, both: 0 });
  });
});

describe('an export', () => {
  test('that is killed leaves an empty file beside a partial one, and no file that looks whole', async () => {
    await operator.rows('SELECT ensure_vital_sign_partition(current_date)');
    await operator.rows(
      `INSERT INTO vital_sign SELECT 'long', '8867-4', current_date + make_interval(secs => n * 0.5), gen_random_uuid(), 'd',
         60, '/min' FROM generate_series(1, 150000) AS n`,
    );
    const file = operator.path('killed.ndjson');
    const exporting = run('patient', 'export', '--patient', 'long', '--output', file);
    await eventually(
      () => existsSync(`${file}.partial`),
      (isThere) => isThere,
    );
    exporting.signal('SIGKILL');
    await exporting.ended;

    expect(operator.exported('killed.ndjson')).toEqual([]);
    const again = await run('patient', 'export', '--patient', 'long', '--output', file).ended;
    expect(again.end).toBe(2);
    expect(again.output).toContain('is there already, and is not overwritten');
  });
});

describe('the program', () => {
  test.each([
    [['--help'], 'quarantine replay'],
    [[], 'quarantine replay'],
    [['quarantine', 'drop', '--help'], 'One of --id and --reason is needed.'],
  ])('explains itself by %j without a database', async (words, text) => {
    const { end, output } = await start({}, ...words).ended;

    expect(end).toBe(0);
    expect(output).toContain(text);
  });

  test('names every variable that is missing', async () => {
    const { end, output } = await start({}, 'quarantine', 'list', '--operator', 'Anna').ended;

    expect(end).toBe(2);
    expect(output).toContain('- DATABASE_HOST is missing');
    expect(output).toContain('- OBSERVATION_RETENTION_DAYS is missing');
  });

  test('says that the database is away, and ends', async () => {
    const away = { ...operator.variables(), DATABASE_PORT: '9' };
    const { end, output } = await start(away, 'quarantine', 'list', '--operator', 'Anna').ended;

    expect(end).toBe(1);
    expect(output).toContain('The database cannot be reached, or does not answer (Error ECONNREFUSED).');
  });
});
