import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import { recordOf } from '../../support/pipeline';

describe('an event that is sent more than once', () => {
  const pipeline = new VitalsPipeline();
  afterAll(() => pipeline.close());

  /** Sends a last event behind the others: once it shows, whatever came before it in the shard was handled. */
  async function observationsAfterSentinel(patient: string): Promise<string[]> {
    await pipeline.sendEvents([
      heartRateEvent(patient, { measurements: [{ code: '9279-1', value: 16, unit: '/min' }] }),
    ]);
    await pipeline.arrived({ patient, code: '9279-1' }, 1);
    return (await pipeline.observations({ patient, code: '8867-4' })).map(({ id }) => id ?? '');
  }

  test('is stored once when it stands twice in one record', async () => {
    const patient = pipeline.patient('one-record');
    const line = JSON.stringify(heartRateEvent(patient));
    await pipeline.sendRecords([recordOf(patient, [line, line])]);

    expect(await observationsAfterSentinel(patient)).toHaveLength(1);
  });

  test('is stored once when it comes in several records', async () => {
    const patient = pipeline.patient('several-records');
    const event = heartRateEvent(patient);
    await pipeline.sendEvents([event, event]);
    await pipeline.arrived({ patient }, 1);
    await pipeline.sendEvents([event]);

    expect(await observationsAfterSentinel(patient)).toHaveLength(1);
  });

  test('is told from another event of the same moment and value', async () => {
    const patient = pipeline.patient('same-moment');
    const event = heartRateEvent(patient);
    await pipeline.sendEvents([event, heartRateEvent(patient, { observedAt: event.observedAt })]);

    expect(new Set(await observationsAfterSentinel(patient)).size).toBe(2);
  });
});
