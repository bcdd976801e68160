import { setTimeout as sleep } from 'node:timers/promises';
import { RecordsPipeline } from './support/records-pipeline';
import { patient, weight } from './support/resources';
import { describeLocal } from '../../support/deployed';
import { PasswordRotation } from '../../support/password-rotation';
import { recordOf } from '../../support/pipeline';

const ROTATIONS = 2;
/** Of each round, ten rounds a second: resources enough that batches are under way all the time. */
const WEIGHTS_AT_ONCE = 10;
const ROUND_PAUSE_MS = 100;
const CALL_PAUSE_MS = 50;
const BURST = 4;
const REASON = 'a password in production is rotated by its schedule, or by people who decide to';

describeLocal('a database’s password that is rotated while records flow', REASON, (outputs) => {
  const pipeline = new RecordsPipeline();
  const id = pipeline.patient('rotated');
  let rotation: PasswordRotation;
  beforeAll(async () => {
    rotation = new PasswordRotation(outputs());
    await pipeline.sendAndSettle(patient(id));
  });
  afterAll(() => {
    rotation.close();
    pipeline.close();
  });

  test('fails no request and loses no resource', async () => {
    const isOver = new AbortController();
    const sending = sendUntil(isOver.signal);
    const calling = callUntil(isOver.signal);
    const bursts: number[] = [];
    for (let number = 1; number <= ROTATIONS; number += 1) {
      // More reads than there are connections, so that new ones have to be made.
      const reads = async () => Promise.all(Array.from({ length: number * BURST }, read));
      bursts.push(...(await rotation.rotate(reads)));
    }
    isOver.abort();
    const [sent, statuses] = [await sending, [...(await calling), ...bursts]];
    await pipeline.sendAndSettle();

    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(await pipeline.found('Observation', { patient: id, _count: '1000' })).toEqual([...sent].sort());
    expect(await pipeline.history(`Observation/${sent.at(-1)}`)).toHaveLength(1);
  });

  async function read(): Promise<number> {
    return pipeline.status(`Patient/${id}`);
  }

  /** Answers the ids of what was sent. */
  async function sendUntil(signal: AbortSignal): Promise<string[]> {
    const sent: string[] = [];
    while (!signal.aborted) {
      const weights = Array.from({ length: WEIGHTS_AT_ONCE }, (_, index) => weight(`${id}-${sent.length + index}`, id));
      await pipeline.sendRecords([
        recordOf(
          pipeline.idPrefix,
          weights.map((one) => JSON.stringify(one)),
        ),
      ]);
      sent.push(...weights.map((one) => one.id ?? ''));
      await sleep(ROUND_PAUSE_MS);
    }
    return sent;
  }

  async function callUntil(signal: AbortSignal): Promise<number[]> {
    const statuses: number[] = [];
    while (!signal.aborted) {
      statuses.push(await read());
      await sleep(CALL_PAUSE_MS);
    }
    return statuses;
  }
});
