import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import { Random } from '../../../local/simulator/random';
import { BAD_EVENT_FAULTS, spoil } from '../../../local/workloads/vitals/simulator/bad-events';
import { recordOf } from '../../support/pipeline';

describe('bad events', () => {
  const pipeline = new VitalsPipeline();
  const random = new Random('bad events');
  afterAll(() => pipeline.close());

  test.each(BAD_EVENT_FAULTS)('do not keep the good ones of their record from being stored: %s', async (fault) => {
    const patient = pipeline.patient(`beside-${fault.replace(/ /g, '-')}`);
    const good = [heartRateEvent(patient), heartRateEvent(patient)];
    const { line } = spoil(heartRateEvent(patient), fault, random);
    await pipeline.sendRecords([recordOf(patient, [JSON.stringify(good[0]), line, JSON.stringify(good[1])])]);

    const found = await pipeline.arrived({ patient }, 2);

    expect(found.map(({ id }) => id?.split('.')[0]).sort()).toEqual(good.map(({ id }) => id).sort());
  });

  test('do not stop their shard: what follows 900 kB of noise is stored', async () => {
    const patient = pipeline.patient('after-noise');
    const { line } = spoil(heartRateEvent(patient), 'noise', random, { noiseBytes: 900_000 });
    await pipeline.sendRecords([recordOf(patient, [line])]);
    await pipeline.sendEvents([heartRateEvent(patient)]);

    expect(await pipeline.arrived({ patient }, 1)).toHaveLength(1);
  });

  test('leave nothing of themselves', async () => {
    const patient = pipeline.patient('only-bad');
    const lines = BAD_EVENT_FAULTS.map((fault) => spoil(heartRateEvent(patient), fault, random).line);
    await pipeline.sendRecords(lines.map((line) => recordOf(patient, [line])));
    const sentinel = heartRateEvent(patient);
    await pipeline.sendEvents([sentinel]);

    const found = await pipeline.arrived({ patient }, 1);

    expect(found.map(({ id }) => id?.split('.')[0])).toEqual([sentinel.id]);
  });
});
