import type { FhirResource } from 'fhir/r4';
import { readingOf } from './support/reading';
import { heartRateEvent, VitalsPipeline } from './support/vitals-pipeline';
import { bundleOf } from '../../support/api-client';
import { recordOf } from '../../support/pipeline';

const EVENTS = 300;
const PAGE = 70;

describe('the search for Observations', () => {
  const pipeline = new VitalsPipeline();
  const patient = pipeline.patient('long-stay');
  const startMs = Date.now() - EVENTS * 1_000;
  const events = Array.from({ length: EVENTS }, (_, index) =>
    heartRateEvent(patient, {
      observedAt: new Date(startMs + index * 1_000).toISOString(),
      measurements: [{ code: '8867-4', value: 40 + (index % 100), unit: '/min' }],
    }),
  );

  beforeAll(async () => {
    const lines = events.map((event) => JSON.stringify(event));
    // Newline-delimited, fifty a record.
    await pipeline.sendRecords(
      Array.from({ length: EVENTS / 50 }, (_, index) => recordOf(patient, lines.slice(index * 50, (index + 1) * 50))),
    );
    await pipeline.arrived({ patient }, EVENTS);
  });
  afterAll(() => pipeline.close());

  test('pages through some hundred readings, each once, newest first', async () => {
    const sizes: number[] = [];
    const times: number[] = [];
    let next: string | undefined = `Observation?patient=${patient}&_count=${PAGE}`;
    while (next !== undefined) {
      const page = bundleOf(await pipeline.api.get(next));
      const found = (page.entry ?? []).flatMap(({ resource }) => (isObservation(resource) ? [resource] : []));
      sizes.push(found.length);
      times.push(...found.map((observation) => readingOf(observation).observedAtMs));
      next = page.link?.find(({ relation }) => relation === 'next')?.url;
    }

    expect(sizes).toEqual([PAGE, PAGE, PAGE, PAGE, EVENTS - 4 * PAGE]);
    expect(times).toEqual(events.map(({ observedAt }) => Date.parse(observedAt)).reverse());
  });

  test('narrows by code and time', async () => {
    const from = new Date(startMs + 100_000).toISOString();
    const to = new Date(startMs + 110_000).toISOString();
    const found = async (query: string) => {
      const page = bundleOf(await pipeline.api.get(`Observation?patient=Patient/${patient}&${query}`));
      return (page.entry ?? []).filter(({ resource }) => isObservation(resource)).length;
    };

    expect(await found(`date=ge${from}&date=lt${to}`)).toBe(10);
    expect(await found(`date=ge${from}&date=lt${to}&code=http://loinc.org|8867-4`)).toBe(10);
    expect(await found('code=8310-5')).toBe(0);
  });

  test('finds nothing of a patient of whom nobody has heard', async () => {
    const { status, body } = await pipeline.api.get(`Observation?patient=${pipeline.patient('nobody')}`);

    expect({ status, body }).toMatchObject({ status: 200, body: { resourceType: 'Bundle', type: 'searchset' } });
    expect(body).not.toHaveProperty('entry');
  });

  test.each([
    ['no patient', 'code=8867-4', 'patient'],
    ['a date that is none', 'patient=a&date=yesterday', 'date'],
    ['a day that never was', 'patient=a&date=2026-02-30', 'date'],
    ['a parameter that nobody knows', 'patient=a&colour=red', 'colour'],
    ['a page size of nothing', 'patient=a&_count=none', '_count'],
    ['a cursor that was not given out', 'patient=a&_cursor=abc', '_cursor'],
  ])('refuses %s with an OperationOutcome that names it', async (_, query, parameter) => {
    const { status, contentType, body } = await pipeline.api.get(`Observation?${query}`);

    expect({ status, contentType }).toEqual({
      status: 400,
      contentType: expect.stringContaining('application/fhir+json'),
    });
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] });
    expect(JSON.stringify(body)).toContain(parameter);
  });
});

function isObservation(resource: FhirResource | undefined) {
  return resource?.resourceType === 'Observation';
}
