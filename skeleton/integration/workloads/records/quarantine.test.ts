import { readFileSync } from 'node:fs';
import { adt, AUTHORITY } from './support/adt';
import { RecordsPipeline, transaction } from './support/records-pipeline';
import { encounter, patient, weight } from './support/resources';
import { describeOperator, Operator } from '../../support/operator';

interface Shown {
  readonly reasonCode: string;
  readonly reason: string;
}

describeOperator('a submission in quarantine', () => {
  const pipeline = new RecordsPipeline();
  const operator = new Operator();
  afterAll(() => {
    pipeline.close();
    operator.close();
  });

  async function idsOf(reason: string): Promise<string[]> {
    const { output } = await operator.run('quarantine', 'list', '--reason', reason, '--limit', '9999');
    return [...output.matchAll(/^([0-9a-f]{12}) /gm)].map(([, id = '']) => id);
  }

  /** Sends what is refused for this reason. @returns its ids in quarantine, in no order. */
  async function quarantined(reason: string, ...submissions: ReadonlyArray<object | string>): Promise<string[]> {
    const before = new Set(await idsOf(reason));
    await pipeline.sendAndSettle(...submissions);
    return (await idsOf(reason)).filter((id) => !before.has(id));
  }

  async function shown(id: string, file: string): Promise<Shown> {
    const { exitCode, output } = await operator.run('quarantine', 'show', '--id', id, '--output', operator.path(file));
    expect({ exitCode, hasPatient: output.includes(pipeline.idPrefix) }).toEqual({ exitCode: 0, hasPatient: false });
    const [found] = JSON.parse(readFileSync(operator.path(file), 'utf8')) as Shown[];
    if (found === undefined) throw new Error('Nothing was shown.');
    return found;
  }

  test('says by FHIRPath where a resource is wrong, and no value of it', async () => {
    const id = pipeline.patient('thirtieth');
    const wrong = { ...patient(id), birthDate: '1950-02-30', contact: [] };
    const [quarantineId = '', ...others] = await quarantined('resource_invalid', wrong);

    expect(others).toEqual([]);
    const { reason } = await shown(quarantineId, 'resource.json');
    expect(reason).toContain('Patient.birthDate');
    expect(reason).toContain('Patient.contact');
    expect(reason).not.toContain('1950-02-30');
  });

  test('says of each entry of a Bundle what is wrong', async () => {
    const id = pipeline.patient('two-wrong');
    const bundle = transaction(
      patient(id),
      { ...encounter(id, id), status: 'over' },
      { ...weight(id, id), valueString: 'x' },
    );
    const [quarantineId = ''] = await quarantined('bundle_invalid', bundle);

    const { reason } = await shown(quarantineId, 'bundle.json');
    expect(reason).toContain('Bundle.entry[1]');
    expect(reason).toContain('Bundle.entry[2]');
    expect(reason).not.toContain('Bundle.entry[0]');
  });

  test('is stored by a replay once what it waited for is there', async () => {
    const [going, gone] = [pipeline.patient('going'), pipeline.patient('gone')];
    const at = new Date();
    const [quarantineId = ''] = await quarantined(
      'merge_patient_unknown',
      adt({ trigger: 'A40', recordNumber: going, mergedRecordNumber: gone, at }),
    );
    await pipeline.sendAndSettle(
      adt({ trigger: 'A04', recordNumber: going, visitNumber: going, at }),
      adt({ trigger: 'A04', recordNumber: gone, visitNumber: gone, at }),
    );
    const replayed = await operator.run('quarantine', 'replay', '--id', quarantineId);

    expect(replayed).toEqual({
      exitCode: 0,
      output: 'Looked at 1 event: 1 stored, 0 stored before, 0 still wrong.\n',
    });
    const [merged] = await pipeline.api.searchAll('Patient', { identifier: `${AUTHORITY}|${gone}` });
    expect(merged).toMatchObject({ active: false, link: [{ type: 'replaced-by' }] });
    expect((await operator.run('quarantine', 'replay', '--id', quarantineId)).exitCode).toBe(3);
  });
});
