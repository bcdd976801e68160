import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImagingClient } from './support/client';
import { lifeOf } from './support/life';
import { makeInstance } from '../../../test/workloads/imaging/support/part10';
import { describeLocal } from '../../support/deployed';
import { Operator } from '../../support/operator';
import { eventually, Pipeline } from '../../support/pipeline';

const REASON = 'the suite may not start the operator’s task in AWS';

describeLocal('A patient’s images', REASON, (outputs) => {
  const patientId = `P-${randomUUID().slice(0, 8)}`;
  const { bytes } = makeInstance({ patientId });
  const operator = new Operator();
  let pipeline: Pipeline;
  let hospital: ImagingClient;
  let patient: string[];

  beforeAll(async () => {
    pipeline = new Pipeline();
    hospital = new ImagingClient(outputs(), 'hospital-a');
    const scanId = await hospital.upload(bytes);
    const [event] = await eventually(
      async () => lifeOf(scanId, pipeline.kinesis, outputs().KinesisStreamName),
      (events) => events.some(({ step }) => step === 'removed'),
    );
    patient = ['--hospital', String(event?.hospitalId), '--patient', patientId];
  });
  afterAll(() => {
    hospital.close();
    pipeline.close();
    operator.close();
  });

  test('are exported bit for bit, with what they say and who saw them', async () => {
    const told = await exported('export.ndjson');
    expect(kindsOf(told)).toEqual(['patient', 'instance']);
    const instance = told.find(({ kind }) => kind === 'instance');
    const part = (name = 'none') => readFileSync(operator.path(join('export.ndjson.parts', name)));
    const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
    expect(sha256(part(instance?.file))).toBe(sha256(bytes));
    expect(part(instance?.deidentifiedFile).includes(patientId)).toBe(false);
  });

  test('are erased, and then gone for every reader, or kept while a law says so, which is told', async () => {
    const { exitCode, output } = await operator.run('patient', 'erase', ...patient, '--because', 'asked by the suite');
    expect(output).not.toContain(patientId);
    const found = await hospital.search(`studies?PatientID=${patientId}`);
    const isKeptByLaw = exitCode === 4;
    expect([exitCode, found.length]).toEqual(isKeptByLaw ? [4, 1] : [0, 0]);
    expect(output).toMatch(isKeptByLaw ? /Erasure is refused: .* from \d{4}-\d\d-\d\dT/ : /Erased: 1 instance/);

    const told = await exported('afterwards.ndjson');
    expect(kindsOf(told)).toEqual(isKeptByLaw ? ['patient', 'instance'] : ['patient']);
    expect(told.filter(({ kind }) => kind === 'access').length).toBeGreaterThan(0);
  });

  interface Line {
    readonly kind: string;
    readonly file?: string;
    readonly deidentifiedFile?: string;
  }

  async function exported(name: string): Promise<Line[]> {
    const { exitCode, output } = await operator.run('patient', 'export', ...patient, '--output', name);
    expect({ exitCode, hasPatient: output.includes(patientId) }).toEqual({ exitCode: 0, hasPatient: false });
    const lines = readFileSync(operator.path(name), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Line);
  }

  /** Without accesses, of which there are as many as there were questions. */
  function kindsOf(lines: readonly Line[]): string[] {
    return lines.map(({ kind }) => kind).filter((kind) => kind !== 'access');
  }
});
