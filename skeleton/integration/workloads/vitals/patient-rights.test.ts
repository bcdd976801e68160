import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import { describeOperator, Operator } from '../../support/operator';
import { recordOf } from '../../support/pipeline';

describeOperator('a patient’s data', () => {
  const pipeline = new VitalsPipeline();
  const operator = new Operator();
  afterAll(() => {
    pipeline.close();
    operator.close();
  });

  test('is exported with who asked for it, erased, and then gone for every reader; later events are stored again', async () => {
    const [patient, neighbour] = [pipeline.patient('leaver'), pipeline.patient('stayer')];
    const bad = JSON.stringify({ ...heartRateEvent(patient), version: '0.9' });
    await pipeline.sendRecords([recordOf(patient, [bad, JSON.stringify(heartRateEvent(patient))])]);
    await pipeline.sendEvents([heartRateEvent(patient), heartRateEvent(neighbour)]);
    await pipeline.arrived({ patient }, 2);
    await pipeline.arrived({ patient: neighbour }, 1);
    await pipeline.api.get(`Observation/$lastn?patient=${patient}&category=vital-signs`);

    const first = await exported(patient, 'first.ndjson');
    expect(countsOf(first)).toMatchObject({ Observation: 2, DocumentReference: 1 });
    // Each search above is on record, and so is this export.
    expect(countsOf(first).AuditEvent).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(first)).toContain('integration suite');

    const erased = await operator.run('patient', 'erase', '--patient', patient, '--because', 'asked by the suite');
    expect(erased.exitCode).toBe(0);
    expect(erased.output).toContain('Erased 2 rows and 1 quarantined event.');
    expect(erased.output).not.toContain(patient);

    expect(Object.keys(countsOf(await exported(patient, 'second.ndjson')))).toEqual(['AuditEvent']);
    expect(await pipeline.observations({ patient })).toEqual([]);
    const last = await pipeline.api.get(`Observation/$lastn?patient=${patient}&category=vital-signs`);
    expect(JSON.stringify(last.body)).not.toContain('valueQuantity');
    expect(await pipeline.observations({ patient: neighbour })).toHaveLength(1);

    await pipeline.sendEvents([heartRateEvent(patient)]);
    expect(await pipeline.arrived({ patient }, 1)).toHaveLength(1);
  });

  test('is not written over a file that is there', async () => {
    const patient = pipeline.patient('twice');
    await exported(patient, 'once.ndjson');

    const again = await operator.run('patient', 'export', '--patient', patient, '--output', 'once.ndjson');

    expect(again.exitCode).toBe(2);
    expect(again.output).toContain('is there already, and is not overwritten');
  });

  async function exported(patient: string, name: string) {
    const { exitCode, output } = await operator.run('patient', 'export', '--patient', patient, '--output', name);
    expect({ exitCode, hasPatient: output.includes(patient) }).toEqual({ exitCode: 0, hasPatient: false });
    return operator.exported(name);
  }
});

function countsOf(resources: ReadonlyArray<{ readonly resourceType: string }>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { resourceType } of resources) counts[resourceType] = (counts[resourceType] ?? 0) + 1;
  return counts;
}
