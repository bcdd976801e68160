import { setTimeout as sleep } from 'node:timers/promises';
import type { FhirResource, Observation } from 'fhir/r4';
import { LocalCache } from './support/local-cache';
import { readingOf } from './support/reading';
import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import { bundleOf } from '../../support/api-client';
import { readOutputs } from '../../support/outputs';

const PATIENCE_MS = 60_000;
/** What an answer may be behind at the worst, when the cache has missed an update. */
const STALE_MS = 60_000;
const HANG_MS = 3_000;

const outputs = readOutputs();
const pipeline = new VitalsPipeline();
afterAll(() => pipeline.close());

interface LastReadings {
  readonly source: string | null;
  readonly values: ReadonlyArray<number | undefined>;
}

async function lastReadings(query: string): Promise<LastReadings> {
  const answer = await pipeline.api.get(`Observation/$lastn?${query}`);
  const resources = (bundleOf(answer).entry ?? []).map(({ resource }) => resource);
  return {
    source: answer.headers.get('x-reading-source'),
    values: resources.filter(isObservation).map((observation) => readingOf(observation).value),
  };
}

function isObservation(resource: FhirResource | undefined): resource is Observation {
  return resource?.resourceType === 'Observation';
}

/** Asks until the answer is right, or time is up. @returns the last answer: a test then says what is wrong with it. */
async function eventually(
  patient: string,
  isRight: (answer: LastReadings) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<LastReadings> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await lastReadings(`patient=${patient}`);
    if (isRight(answer) || Date.now() > deadline) return answer;
    await sleep(100);
  }
}

async function heartRates(patient: string, values: readonly number[]): Promise<void> {
  const startMs = Date.now() - values.length;
  await pipeline.sendEvents(
    values.map((value, index) =>
      heartRateEvent(patient, {
        observedAt: new Date(startMs + index).toISOString(),
        measurements: [{ code: '8867-4', value, unit: '/min' }],
      }),
    ),
  );
}

describe('the last readings of a patient', () => {
  test('are the newest of each vital sign, and say where they come from', async () => {
    const patient = pipeline.patient('last');
    await heartRates(patient, [61, 62, 63]);
    const answer = await eventually(patient, ({ values }) => values[0] === 63);

    expect(answer.values).toEqual([63]);
    expect(['cache', 'database']).toContain(answer.source);
    expect(await lastReadings(`patient=${patient}&max=2`)).toEqual({ source: 'database', values: [63, 62] });
    expect((await lastReadings(`patient=${patient}&code=8310-5`)).values).toEqual([]);
  });

  test.each([
    ['no patient', 'code=8867-4', 'patient'],
    ['a maximum of nothing', 'patient=a&max=0', 'max'],
    ['a parameter of the search alone', 'patient=a&date=2026-11-22', 'date'],
  ])('are refused for %s with an OperationOutcome that names it', async (_, query, parameter) => {
    const { status, body } = await pipeline.api.get(`Observation/$lastn?${query}`);

    expect(status).toBe(400);
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] });
    expect(JSON.stringify(body)).toContain(parameter);
  });
});

const noCache =
  outputs.CacheEndpoint === undefined ? ' [skipped: the pipeline has no cache, the outputs name no CacheEndpoint]' : '';
(noCache === '' ? describe : describe.skip)(`the cache${noCache}`, () => {
  test('answers the second of two queries, and shows each reading that comes in between', async () => {
    const patient = pipeline.patient('cached');
    await heartRates(patient, [70]);
    const warm = await eventually(patient, ({ source, values }) => source === 'cache' && values[0] === 70);
    expect(warm).toEqual({ source: 'cache', values: [70] });

    for (const value of [71, 72, 73]) {
      await heartRates(patient, [value]);
      expect((await eventually(patient, ({ values }) => values[0] === value)).values).toEqual([value]);
    }
  });
});

const outOfReach =
  outputs.Target === 'local' ? noCache : ' [skipped: the cache in AWS is reached from inside its network alone]';
(outOfReach === '' ? describe : describe.skip)(`the loss of the cache${outOfReach}`, () => {
  let cache: LocalCache;
  beforeAll(async () => {
    if (outputs.Target !== 'local') throw new Error('The cache is not on this machine.');
    cache = await LocalCache.connect(outputs);
  });
  afterAll(() => cache.close());

  test('of what it holds costs one query of the database', async () => {
    const patient = pipeline.patient('flushed');
    await heartRates(patient, [80]);
    await eventually(patient, ({ source, values }) => source === 'cache' && values[0] === 80);

    expect(await cache.lose(patient)).toBe(1);
    expect(await lastReadings(`patient=${patient}`)).toEqual({ source: 'database', values: [80] });
    expect(await lastReadings(`patient=${patient}`)).toEqual({ source: 'cache', values: [80] });
  });

  test('for some seconds, in which it hangs, fails no query and loses no event', async () => {
    const patient = pipeline.patient('hung');
    await heartRates(patient, [90]);
    await eventually(patient, ({ source, values }) => source === 'cache' && values[0] === 90);

    const hungAtMs = Date.now();
    await cache.hang(HANG_MS);
    await heartRates(patient, [91]);
    const whileHung: LastReadings[] = [];
    for (let value = 91; Date.now() < hungAtMs + HANG_MS - 500;) {
      whileHung.push(await eventually(patient, ({ values }) => values[0] === value, HANG_MS));
      value += 1;
      await heartRates(patient, [value]);
    }
    expect(whileHung.map(({ source }) => source)).toContain('database');
    expect(whileHung.map(({ values }) => values[0])).toEqual(whileHung.map((_, index) => 91 + index));

    const last = 91 + whileHung.length;
    const healed = await eventually(
      patient,
      ({ source, values }) => source === 'cache' && values[0] === last,
      STALE_MS,
    );
    expect(healed).toEqual({ source: 'cache', values: [last] });
  });
});
