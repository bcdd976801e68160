import type { Patient } from 'fhir/r4';
import { adt, AUTHORITY } from './support/adt';
import { RecordsPipeline } from './support/records-pipeline';
import { weight } from './support/resources';
import { eventually } from '../../support/pipeline';

describe('HL7 v2 messages of a hospital’s administration', () => {
  const pipeline = new RecordsPipeline();
  const startMs = Date.now() - 3_600_000;
  const minute = (minutes: number) => new Date(startMs + minutes * 60_000);
  afterAll(() => pipeline.close());

  /** Asks until there is a patient of this record number who is right. */
  async function patientOf(
    recordNumber: string,
    isRight: (patient: Patient) => boolean = () => true,
  ): Promise<Patient> {
    const [found] = await eventually(
      async () => pipeline.api.searchAll('Patient', { identifier: `${AUTHORITY}|${recordNumber}` }),
      ([patient]) => patient !== undefined && isRight(patient),
    );
    if (found === undefined) throw new Error('The patient did not come.');
    return found;
  }

  test('admit, correct and discharge a patient', async () => {
    const [recordNumber, visitNumber] = [pipeline.patient('mr'), pipeline.patient('visit')];
    await pipeline.send(adt({ trigger: 'A01', recordNumber, visitNumber, at: minute(0) }));
    const admitted = await patientOf(recordNumber);
    const [open] = await pipeline.api.searchAll('Encounter', { patient: admitted.id ?? '' });
    expect(open).toMatchObject({ status: 'in-progress', subject: { reference: `Patient/${admitted.id}` } });

    await pipeline.send(adt({ trigger: 'A08', recordNumber, family: 'Corrected', visitNumber, at: minute(1) }));
    const corrected = await patientOf(recordNumber, ({ name }) => name?.[0]?.family === 'Corrected');
    expect(corrected.id).toBe(admitted.id);

    await pipeline.sendAndSettle(
      adt({ trigger: 'A03', recordNumber, family: 'Corrected', visitNumber, at: minute(2) }),
    );
    const [closed] = await pipeline.api.searchAll('Encounter', { patient: admitted.id ?? '' });
    expect(closed).toMatchObject({ id: open?.id, status: 'finished' });
  });

  test('of an earlier time do not undo later ones', async () => {
    const recordNumber = pipeline.patient('late');
    await pipeline.sendAndSettle(
      adt({ trigger: 'A04', recordNumber, family: 'Later', visitNumber: recordNumber, at: minute(5) }),
      adt({ trigger: 'A08', recordNumber, family: 'Earlier', visitNumber: recordNumber, at: minute(4) }),
    );

    expect((await patientOf(recordNumber)).name?.[0]?.family).toBe('Later');
  });

  test('merge two records of one person, whose data are then found under the one that goes on', async () => {
    const [going, gone] = [pipeline.patient('survivor'), pipeline.patient('merged')];
    await pipeline.sendAndSettle(
      adt({ trigger: 'A04', recordNumber: going, visitNumber: going, at: minute(0) }),
      adt({ trigger: 'A04', recordNumber: gone, visitNumber: gone, at: minute(0) }),
    );
    const [survivor, merged] = [await patientOf(going), await patientOf(gone)];
    const weighed = pipeline.patient('weighed-before');
    await pipeline.sendAndSettle(
      weight(weighed, merged.id ?? ''),
      adt({ trigger: 'A40', recordNumber: going, mergedRecordNumber: gone, at: minute(1) }),
    );

    const after = await pipeline.arrived('Patient', merged.id ?? '', ({ active }) => active === false);
    expect(after.link).toMatchObject([{ other: { reference: `Patient/${survivor.id}` }, type: 'replaced-by' }]);
    const goesOn = await pipeline.arrived('Patient', survivor.id ?? '', ({ link }) => link !== undefined);
    expect(goesOn.link).toMatchObject([{ other: { reference: `Patient/${merged.id}` }, type: 'replaces' }]);
    expect(await pipeline.found('Observation', { patient: survivor.id ?? '' })).toEqual([weighed]);
  });

  test.each([
    ['patients of whom nobody has heard', 'nobody', 'nobody-either'],
    ['a patient into itself', 'self', 'self'],
  ])('do not merge %s: nothing changes', async (_, one, other) => {
    const [recordNumber, mergedRecordNumber] = [pipeline.patient(one), pipeline.patient(other)];
    if (one === 'self') {
      await pipeline.sendAndSettle(adt({ trigger: 'A04', recordNumber, visitNumber: recordNumber, at: minute(0) }));
    }
    const before = await pipeline.found('Patient', { identifier: `${AUTHORITY}|${recordNumber}` });
    await pipeline.sendAndSettle(adt({ trigger: 'A40', recordNumber, mergedRecordNumber, at: minute(1) }));

    expect(await pipeline.found('Patient', { identifier: `${AUTHORITY}|${recordNumber}` })).toEqual(before);
    for (const id of before) expect(await pipeline.history(`Patient/${id}`)).toHaveLength(1);
  });
});
