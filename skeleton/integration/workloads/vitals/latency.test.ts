import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';

const EVENTS = 30;
const PAUSE_MS = 150;

describe('the time from the stream to the API', () => {
  const pipeline = new VitalsPipeline();
  afterAll(() => pipeline.close());

  test(`is below ten seconds for each of ${EVENTS} events, and is told`, async () => {
    const latenciesMs: number[] = [];
    for (let number = 0; number < EVENTS; number += 1) {
      const patient = pipeline.patient(`latency-${number}`);
      const sentAtMs = Date.now();
      await pipeline.sendEvents([heartRateEvent(patient)]);
      const found = await pipeline.arrived({ patient }, 1);
      expect(found).toHaveLength(1);
      latenciesMs.push(Date.now() - sentAtMs);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    latenciesMs.sort((one, other) => one - other);
    const at = (quantile: number) => latenciesMs[Math.ceil(latenciesMs.length * quantile) - 1] ?? NaN;
    process.stdout.write(`Put to shown, of ${EVENTS} events: median ${at(0.5)} ms, highest ${at(1)} ms\n`);

    expect(at(1)).toBeLessThan(10_000);
  });
});
