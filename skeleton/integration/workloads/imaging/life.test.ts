import { ImagingClient } from './support/client';
import { lifeOf } from './support/life';
import { makeInstance } from '../../../test/workloads/imaging/support/part10';
import { describeLocal } from '../../support/deployed';
import { eventually, Pipeline } from '../../support/pipeline';

const REASON = 'client certificates are made on the spot by a local authority';

describeLocal('The life of a scan', REASON, (outputs) => {
  let pipeline: Pipeline;
  let hospital: ImagingClient;
  beforeAll(() => {
    pipeline = new Pipeline();
    hospital = new ImagingClient(outputs(), 'hospital-a');
  });
  afterAll(() => {
    hospital.close();
    pipeline.close();
  });

  /** What the stream was told, once the scan's file is removed. */
  const lifeUntilRemoved = async (scanId: string) =>
    eventually(
      async () => lifeOf(scanId, pipeline.kinesis, outputs().KinesisStreamName),
      (events) => events.some(({ step }) => step === 'removed'),
    );

  test('is told to the stream step by step, by ids and hashes of ours and without patient data', async () => {
    const { bytes } = makeInstance();
    const scanId = await hospital.upload(bytes);

    const events = await lifeUntilRemoved(scanId);
    expect(events.map(({ step }) => step)).toEqual(['received', 'queued', 'started', 'stored', 'removed']);
    expect(new Set(events.map(({ sizeBytes }) => sizeBytes))).toEqual(new Set([bytes.length]));
  });

  test('tells of the same file again that it was there, and of another file for the same instance that a person must decide', async () => {
    const first = makeInstance();
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = first;
    const other = makeInstance({ studyInstanceUid, seriesInstanceUid, sopInstanceUid });
    await lifeUntilRemoved(await hospital.upload(first.bytes));

    const again = await lifeUntilRemoved(await hospital.upload(first.bytes));
    const conflicting = await lifeUntilRemoved(await hospital.upload(other.bytes));
    const reasons = (events: typeof again) => events.flatMap(({ reasonCode }) => reasonCode ?? []);
    expect(reasons(again)).toEqual(['repeat']);
    expect(reasons(conflicting)).toEqual(['other_bytes']);
    const path = `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
    const headers = { Accept: 'application/dicom; transfer-syntax=*' };
    const { body } = await hospital.ask({ method: 'GET', path, headers });
    expect(body.equals(first.bytes)).toBe(true);
  });
});
