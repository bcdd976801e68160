import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adt } from './support/adt';
import { RecordsPipeline, transaction } from './support/records-pipeline';
import { patient } from './support/resources';
import { describeLocal } from '../../support/deployed';
import { OUTPUTS_FILE } from '../../support/outputs';

/** The local stack writes them beside the outputs. */
const LOG_FOLDER = join(dirname(dirname(OUTPUTS_FILE)), '.local', 'logs');
const REASON = 'the log groups of a deployment are read by those who watch it';

describeLocal('the logs', REASON, () => {
  const pipeline = new RecordsPipeline();
  afterAll(() => pipeline.close());

  test('hold no value of a patient, of what was stored, refused, merged, searched and read', async () => {
    const id = pipeline.patient('logged');
    const family = `Logwell-${pipeline.idPrefix}`;
    const name = [{ family, given: ['Ottoline'] }];
    const birthDate = '1931-01-17';
    await pipeline.sendAndSettle(
      patient(id, { name, birthDate }),
      { ...patient(`${id}-refused`, { name, birthDate }), gender: family },
      transaction(patient(`${id}-in-bundle`, { name, birthDate }), { ...patient(id), birthDate: '1931-02-30' }),
      adt({ trigger: 'A04', recordNumber: `${id}-mr`, family, visitNumber: id, at: new Date() }),
      adt({ trigger: 'A40', recordNumber: `${id}-mr`, mergedRecordNumber: `${id}-unknown`, at: new Date() }),
      `{"resourceType":"Patient","name":[{"family":"${family}"`,
      `MSH|${family}|${id}`,
    );
    await pipeline.api.get(`Patient/${id}`);
    await pipeline.api.get(`Patient?identifier=urn:test:record-number|${id}`);
    await pipeline.api.get(`Patient?name=${family}`);
    await pipeline.api.post('Patient', 'application/fhir+json', JSON.stringify({ ...patient(id), gender: family }));

    const files = readdirSync(LOG_FOLDER).map((file) => readFileSync(join(LOG_FOLDER, file), 'utf8'));
    expect(files.join('').length).toBeGreaterThan(1_000);
    for (const value of [pipeline.idPrefix, 'Logwell', 'Ottoline', '1931-01-17', '1931-02-30']) {
      expect(files.filter((text) => text.includes(value))).toEqual([]);
    }
  });
});
