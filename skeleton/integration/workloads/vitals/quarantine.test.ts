import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import { describeOperator, Operator } from '../../support/operator';
import { recordOf } from '../../support/pipeline';

/** Beyond this an observation is in the future, and is refused: see `observationWindow`. */
const FUTURE_TOLERANCE_MS = 5 * 60_000;
/** Time to get through the stream before the event becomes legal. */
const AHEAD_MS = 15_000;

describeOperator('an event in quarantine', () => {
  const pipeline = new VitalsPipeline();
  const operator = new Operator();
  afterAll(() => {
    pipeline.close();
    operator.close();
  });

  /** Sends an event that is refused, and waits until what follows it is stored. @returns its id in quarantine. */
  async function quarantined(patient: string, reason: string, line: string): Promise<string> {
    const before = new Set(await idsOf(reason));
    await pipeline.sendRecords([recordOf(patient, [line])]);
    await pipeline.sendEvents([heartRateEvent(patient)]);
    await pipeline.arrived({ patient }, 1);
    const [id = '', ...others] = (await idsOf(reason)).filter((one) => !before.has(one));
    expect(others).toEqual([]);
    return id;
  }

  async function idsOf(reason: string): Promise<string[]> {
    const { output } = await operator.run('quarantine', 'list', '--reason', reason, '--limit', '9999');
    return [...output.matchAll(/^([0-9a-f]{12}) /gm)].map(([, id = '']) => id);
  }

  test('is counted, shown to a file, and dropped with a reason', async () => {
    const patient = pipeline.patient('bad-unit');
    const line = JSON.stringify(
      heartRateEvent(patient, { measurements: [{ code: '8867-4', value: 72, unit: 'bpm' }] }),
    );
    const id = await quarantined(patient, 'wrong_unit', line);

    expect((await operator.run('quarantine', 'list')).output).toMatch(/ \d+ {2}wrong_unit /);
    const shown = await operator.run('quarantine', 'show', '--id', id, '--output', operator.path('shown.json'));
    expect(shown).toMatchObject({ exitCode: 0, output: expect.not.stringContaining(patient) });
    expect(JSON.parse(readFileSync(operator.path('shown.json'), 'utf8'))).toMatchObject([{ payloadText: line }]);

    const dropped = await operator.run('quarantine', 'drop', '--id', id, '--because', 'sent by the suite');
    expect(dropped).toEqual({ exitCode: 0, output: 'Dropped 1 event; 0 of those asked for remain.\n' });
    expect((await operator.run('quarantine', 'show', '--id', id)).exitCode).toBe(3);
  });

  test('is stored by a replay once it is right, and once only', async () => {
    const patient = pipeline.patient('clock-ahead');
    const observedAtMs = Date.now() + FUTURE_TOLERANCE_MS + AHEAD_MS;
    const event = heartRateEvent(patient, { observedAt: new Date(observedAtMs).toISOString() });
    const id = await quarantined(patient, 'observed_in_future', JSON.stringify(event));

    await sleep(Math.max(0, observedAtMs - FUTURE_TOLERANCE_MS - Date.now() + 500));
    const replayed = await operator.run('quarantine', 'replay', '--id', id);

    expect(replayed).toEqual({
      exitCode: 0,
      output: 'Looked at 1 event: 1 stored, 0 stored before, 0 still wrong.\n',
    });
    const found = await pipeline.arrived({ patient }, 2);
    expect(found.map((observation) => observation.id?.split('.')[0])).toContain(event.id);
    expect((await operator.run('quarantine', 'replay', '--id', id)).exitCode).toBe(3);
  });

  test('stays with its reason when a replay finds it still wrong', async () => {
    const patient = pipeline.patient('still-wrong');
    const line = JSON.stringify({ ...heartRateEvent(patient), version: '0.9' });
    const id = await quarantined(patient, 'unknown_version', line);

    const { exitCode, output } = await operator.run('quarantine', 'replay', '--id', id);

    expect(exitCode).toBe(0);
    expect(output).toContain('Still wrong: 1 of unknown_version.');
    expect(await idsOf('unknown_version')).toContain(id);
    await operator.run('quarantine', 'drop', '--id', id, '--because', 'sent by the suite');
  });
});
