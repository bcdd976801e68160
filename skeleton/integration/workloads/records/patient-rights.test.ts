import { RecordsPipeline, transaction } from './support/records-pipeline';
import { encounter, patient, weight } from './support/resources';
import { describeOperator, Operator } from '../../support/operator';

describeOperator('a patient’s record', () => {
  const pipeline = new RecordsPipeline();
  const operator = new Operator();
  afterAll(() => {
    pipeline.close();
    operator.close();
  });

  test('is exported with who asked for it, erased with its history, and then gone for every reader', async () => {
    const [id, neighbour] = [pipeline.patient('leaver'), pipeline.patient('stayer')];
    await pipeline.sendAndSettle(
      transaction(patient(id), encounter(id, id), weight(id, id)),
      patient(id, { gender: 'female' }),
      transaction(patient(neighbour), weight(neighbour, neighbour)),
    );

    const first = await exported(id, 'first.ndjson');
    expect(first).toMatchObject({ Encounter: 1, Observation: 1 });
    expect(first.Patient).toBeGreaterThanOrEqual(1);

    const erased = await operator.run('patient', 'erase', '--patient', id, '--because', 'asked by the suite');
    expect({ exitCode: erased.exitCode, hasPatient: erased.output.includes(id) }).toEqual({
      exitCode: 0,
      hasPatient: false,
    });

    expect(Object.keys(await exported(id, 'second.ndjson'))).toEqual(['AuditEvent']);
    const paths = ['Patient', 'Encounter', 'Observation'].map((type) => `${type}/${id}`);
    expect(await Promise.all(paths.map(async (path) => pipeline.status(path)))).toEqual([404, 404, 404]);
    expect(await pipeline.status(`Patient/${id}/_history/1`)).toBe(404);
    expect(await pipeline.found('Observation', { patient: id })).toEqual([]);
    expect(await pipeline.found('Observation', { patient: neighbour })).toEqual([neighbour]);
  });

  /** How many resources of each type an export holds. */
  async function exported(id: string, name: string): Promise<Record<string, number>> {
    const { exitCode, output } = await operator.run('patient', 'export', '--patient', id, '--output', name);
    expect({ exitCode, hasPatient: output.includes(id) }).toEqual({ exitCode: 0, hasPatient: false });
    const counts: Record<string, number> = {};
    for (const { resourceType } of operator.exported(name)) counts[resourceType] = (counts[resourceType] ?? 0) + 1;
    return counts;
  }
});
