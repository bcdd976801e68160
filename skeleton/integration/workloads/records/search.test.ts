import type { Bundle } from 'fhir/r4';
import { RecordsPipeline, transaction } from './support/records-pipeline';
import { encounter, patient, weight } from './support/resources';
import { bundleOf } from '../../support/api-client';

const WEIGHTS = 25;
const PAGE = 10;

describe('the search of records', () => {
  const pipeline = new RecordsPipeline();
  const id = pipeline.patient('searched');
  const other = pipeline.patient('neighbour');
  const weightId = (number: number) => `${id}-${String(number).padStart(2, '0')}`;
  const weights = Array.from({ length: WEIGHTS }, (_, number) =>
    weight(weightId(number), id, {
      effectiveDateTime: `2026-11-20T08:${String(number).padStart(2, '0')}:00Z`,
      status: number % 5 === 0 ? 'amended' : 'final',
    }),
  );

  beforeAll(async () => {
    await pipeline.sendAndSettle(
      transaction(patient(id), encounter(id, id), ...weights),
      transaction(patient(other), weight(other, other)),
    );
  });
  afterAll(() => pipeline.close());

  test('finds by id, identifier and time of storing', async () => {
    expect(await pipeline.found('Patient', { _id: id })).toEqual([id]);
    expect(await pipeline.found('Patient', { identifier: `urn:test:record-number|${id}` })).toEqual([id]);
    expect(await pipeline.found('Patient', { identifier: id, _lastUpdated: 'gt2020-01-01' })).toEqual([id]);
    expect(await pipeline.found('Patient', { identifier: id, _lastUpdated: 'lt2020-01-01' })).toEqual([]);
  });

  test('finds a patient’s resources by code, date and status', async () => {
    const all = weights.map((one) => one.id).sort();
    expect(await pipeline.found('Observation', { patient: id })).toEqual(all);
    expect(await pipeline.found('Observation', { patient: `Patient/${id}`, code: 'http://loinc.org|29463-7' })).toEqual(
      all,
    );
    expect(await pipeline.found('Observation', { patient: id, code: '8867-4' })).toEqual([]);
    expect(await pipeline.found('Observation', { patient: id, status: 'amended' })).toEqual(
      [0, 5, 10, 15, 20].map(weightId),
    );
    expect(await pipeline.found('Observation', { patient: id, date: 'ge2026-11-20T08:23:00Z' })).toEqual(
      [23, 24].map(weightId),
    );
    expect(await pipeline.found('Encounter', { patient: id, status: 'in-progress' })).toEqual([id]);
  });

  test('pages, each resource once', async () => {
    const seen: string[] = [];
    const sizes: number[] = [];
    let next: string | undefined = `Observation?patient=${id}&_count=${PAGE}`;
    while (next !== undefined) {
      const page: Bundle = bundleOf(await pipeline.api.get(next));
      const ids = (page.entry ?? []).flatMap(({ resource }) => resource?.id ?? []);
      sizes.push(ids.length);
      seen.push(...ids);
      next = page.link?.find(({ relation }) => relation === 'next')?.url;
    }

    expect(sizes).toEqual([PAGE, PAGE, WEIGHTS - 2 * PAGE]);
    expect([...seen].sort()).toEqual(weights.map((one) => one.id).sort());
  });

  test('gives everything of one patient, and nothing of another', async () => {
    const types = new Map<string, number>();
    let next: string | undefined = `Patient/${id}/$everything?_count=${PAGE}`;
    while (next !== undefined) {
      const page: Bundle = bundleOf(await pipeline.api.get(next));
      for (const { resource } of page.entry ?? []) {
        expect(resource?.id?.startsWith(id)).toBe(true);
        types.set(resource?.resourceType ?? '', (types.get(resource?.resourceType ?? '') ?? 0) + 1);
      }
      next = page.link?.find(({ relation }) => relation === 'next')?.url;
    }

    expect(Object.fromEntries(types)).toEqual({ Patient: 1, Encounter: 1, Observation: WEIGHTS });
  });

  test.each([
    ['a parameter that the type does not have', 'Patient?colour=red', 'colour'],
    ['a date that is none', 'Observation?patient=a&date=yesterday', 'date'],
    ['a page size of nothing', 'Observation?patient=a&_count=none', '_count'],
  ])('refuses %s with an OperationOutcome that names it', async (_, query, parameter) => {
    const { status, body } = await pipeline.api.get(query);

    expect(status).toBe(400);
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] });
    expect(JSON.stringify(body)).toContain(parameter);
  });

  test('is stated for each type that the pipeline keeps', async () => {
    const { status, body } = await pipeline.api.get('metadata');

    expect(status).toBe(200);
    expect(body).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
    const statement = body as unknown as { rest: Array<{ resource: Array<{ type: string; interaction: unknown }> }> };
    const types = statement.rest[0]?.resource.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['Patient', 'Encounter', 'Observation', 'Condition', 'AuditEvent']));
  });
});
