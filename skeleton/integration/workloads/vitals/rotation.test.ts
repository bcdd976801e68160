import { setTimeout as sleep } from 'node:timers/promises';
import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import type { SimulatedEvent } from '../../../local/workloads/vitals/simulator/patient-monitor';
import { describeLocal } from '../../support/deployed';
import { PasswordRotation } from '../../support/password-rotation';
import { recordOf } from '../../support/pipeline';

const ROTATIONS = 2;
const PATIENTS = 10;
/** Of each patient, ten times a second: 1000 events a second in all. */
const EVENTS_AT_ONCE = 10;
const CALL_PAUSE_MS = 50;
const BURST = 4;
const REASON = 'a password in production is rotated by its schedule, or by people who decide to';

describeLocal("a database's password that is rotated while 1000 events a second flow", REASON, (outputs) => {
  const pipeline = new VitalsPipeline();
  const patients = Array.from({ length: PATIENTS }, (_, number) => pipeline.patient(`rotated-${number}`));
  let rotation: PasswordRotation;
  beforeAll(() => {
    rotation = new PasswordRotation(outputs());
  });
  afterAll(() => {
    rotation.close();
    pipeline.close();
  });

  test('fails no request and loses no event', async () => {
    const isOver = new AbortController();
    const sending = sendUntil(isOver.signal);
    const calling = callUntil(isOver.signal);
    const bursts: number[] = [];
    for (let number = 1; number <= ROTATIONS; number += 1) {
      // More searches than there are connections, so that new ones have to be made.
      const searches = async () => Promise.all(Array.from({ length: number * BURST }, async () => search()));
      bursts.push(...(await rotation.rotate(searches)));
    }
    isOver.abort();
    const [sent, statuses] = [await sending, [...(await calling), ...bursts]];

    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    for (const patient of patients) {
      const expected = sent.filter(({ patientId }) => patientId === patient).map(({ observedAt }) => observedAt);
      const found = await pipeline.arrived({ patient, _count: '1000' }, expected.length);
      expect(found).toHaveLength(expected.length);
      expect(new Set(found.map(({ id }) => id)).size).toBe(expected.length);
    }
  });

  async function sendUntil(signal: AbortSignal): Promise<SimulatedEvent[]> {
    const sent: SimulatedEvent[] = [];
    while (!signal.aborted) {
      const batches = patients.map((patient) => Array.from({ length: EVENTS_AT_ONCE }, () => heartRateEvent(patient)));
      await pipeline.sendRecords(
        batches.map((batch, index) =>
          recordOf(
            patients[index] ?? '',
            batch.map((event) => JSON.stringify(event)),
          ),
        ),
      );
      sent.push(...batches.flat());
      await sleep(100);
    }
    return sent;
  }

  async function search(): Promise<number> {
    return (await pipeline.api.get(`Observation?patient=${pipeline.patient('rotated-0')}&_count=5`)).status;
  }

  /** Answers the statuses of searches, one after the other. */
  async function callUntil(signal: AbortSignal): Promise<number[]> {
    const statuses: number[] = [];
    while (!signal.aborted) {
      statuses.push(await search());
      await sleep(CALL_PAUSE_MS);
    }
    return statuses;
  }
});
