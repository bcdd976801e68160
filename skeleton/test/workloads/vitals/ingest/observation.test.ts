import {
  bloodPressure,
  heartRate,
  idsOf,
  type IngestFixture,
  ingestFixture,
  placesOf,
  PRINCIPAL,
  storedBy,
} from './ingest-fixture';
import { readExampleObservations } from '../../../../local/hl7/read-examples';
import { toObservation } from '../../../../src/workloads/vitals/api/observation';

const json = (text: string): unknown => JSON.parse(text);

/** What one Observation comes to, in a stream of its own. */
async function posted(
  resource: object,
  headers: Record<string, string> = {},
  fixture: IngestFixture = ingestFixture(),
) {
  const answer = await fixture.post('/Observation', resource, undefined, headers);
  return { ...answer, fixture };
}

describe('an Observation of a vital sign', () => {
  test('is accepted and becomes the event that a device would write', async () => {
    const { status, headers, text, fixture } = await posted(heartRate());
    expect([status, headers.get('content-type')]).toEqual([202, 'application/fhir+json']);
    const [event] = storedBy(fixture);
    expect(event).toEqual({
      id: idsOf(json(text)).event?.replace('urn:uuid:', ''),
      patientId: 'p-1',
      deviceId: 'monitor-7',
      observedAtMs: Date.parse('2026-11-22T11:59:00Z'),
      measurements: [{ code: '8867-4', value: 72, unit: '/min' }],
    });
    expect(event?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('is answered with the id under which a search will show it', async () => {
    const { text, fixture } = await posted(heartRate());
    const [event] = storedBy(fixture);
    const shown = toObservation('p-1', {
      code: '8867-4',
      eventId: event?.id ?? '',
      observedAt: '2026-11-22T11:59:00.000000Z',
      deviceId: 'monitor-7',
      value: 72,
      unit: '/min',
    });
    expect(idsOf(json(text)).observations).toEqual([`Observation/${shown.id}`]);
  });

  test('with components has an id for each', async () => {
    const resource = bloodPressure(['8480-6', 120, 'mm[Hg]'], ['8462-4', 80, 'mm[Hg]']);
    const { status, text, fixture } = await posted(resource);
    expect(status).toBe(202);
    expect(storedBy(fixture)).toMatchObject([
      {
        measurements: [
          { code: '8480-6', value: 120, unit: 'mm[Hg]' },
          { code: '8462-4', value: 80, unit: 'mm[Hg]' },
        ],
      },
    ]);
    expect(new Set(idsOf(json(text)).observations).size).toBe(2);
  });

  test('without a device has a device that says so', async () => {
    const { fixture } = await posted(heartRate({ device: undefined }));
    expect(storedBy(fixture)).toMatchObject([{ deviceId: 'unknown-device' }]);
  });

  test('is accepted without a body when the caller wants none', async () => {
    const { status, headers, text, fixture } = await posted(heartRate(), { Prefer: 'respond-async, return=minimal' });
    expect([status, text, headers.get('preference-applied')]).toEqual([202, '', 'return=minimal']);
    expect(storedBy(fixture)).toHaveLength(1);
  });

  test('is told to the log by who sent it and by numbers alone', async () => {
    const { fixture } = await posted(heartRate());
    expect(fixture.counts).toEqual([
      {
        requestId: 'request-1',
        principal: PRINCIPAL,
        form: 'observation',
        acceptedCount: 1,
        refusedCount: 0,
        delayedCount: 0,
      },
    ]);
  });
});

describe('the id of an event', () => {
  const idOf = async (resource: object) => storedBy((await posted(resource)).fixture)[0]?.id;
  const named = { identifier: [{ system: 'urn:ward', value: '42' }] };

  test('is the same for the same Observation, however it is written', async () => {
    const id = await idOf(heartRate());
    expect(await idOf(heartRate())).toBe(id);
    expect(await idOf(heartRate({ effectiveDateTime: '2026-11-22T12:59:00.000+01:00', category: undefined }))).toBe(id);
  });

  test.each<[string, object]>([
    ['value', { valueQuantity: { value: 73, system: 'http://unitsofmeasure.org', code: '/min' } }],
    ['patient', { subject: { reference: 'Patient/p-2' } }],
    ['device', { device: { reference: 'Device/monitor-8' } }],
    ['moment', { effectiveDateTime: '2026-11-22T11:59:00.001Z' }],
  ])('is another for another %s', async (_name, change) => {
    expect(await idOf(heartRate(change as Record<string, unknown>))).not.toBe(await idOf(heartRate()));
  });

  test('is the identifier’s where there is one, whatever else the Observation says', async () => {
    const id = await idOf(heartRate(named));
    expect(await idOf(heartRate({ ...named, device: undefined }))).toBe(id);
    expect(await idOf(heartRate({ identifier: [{ system: 'urn:ward', value: '43' }] }))).not.toBe(id);
    expect(await idOf(heartRate({ identifier: [{ system: 'urn:other', value: '42' }] }))).not.toBe(id);
  });

  test('is another for a correction, which must not be taken for what it corrects', async () => {
    const valueQuantity = { value: 27, system: 'http://unitsofmeasure.org', code: '/min' };
    const ids = [
      await idOf(heartRate(named)),
      await idOf(heartRate({ ...named, status: 'corrected' })),
      await idOf(heartRate({ ...named, status: 'corrected', valueQuantity })),
      await idOf(heartRate({ ...named, status: 'amended', valueQuantity })),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(await idOf(heartRate({ ...named, status: 'corrected', valueQuantity }))).toBe(ids[2]);
  });
});

describe('what is wrong is refused with its place, and nothing is stored', () => {
  const glucose = { coding: [{ system: 'http://loinc.org', code: '2339-0' }] };
  const quantity = { value: 72, system: 'http://unitsofmeasure.org', code: '/min' };

  test.each<[string, object, string[]]>([
    ['no vital sign', heartRate({ code: glucose }), ['code-invalid Observation.code']],
    [
      'a code of another system',
      heartRate({ code: { coding: [{ system: 'urn:x', code: '8867-4' }] } }),
      ['code-invalid Observation.code'],
    ],
    ['no subject', heartRate({ subject: undefined }), ['required Observation.subject']],
    [
      'a subject that is no patient',
      heartRate({ subject: { reference: 'Group/g-1' } }),
      ['value Observation.subject.reference'],
    ],
    [
      'a patient by another server',
      heartRate({ subject: { reference: 'https://x/Patient/p-1' } }),
      ['value Observation.subject.reference'],
    ],
    [
      'a wrong unit',
      heartRate({ valueQuantity: { ...quantity, code: 'Hz' } }),
      ['code-invalid Observation.valueQuantity.code'],
    ],
    [
      'a unit by the name of an object’s own',
      heartRate({ valueQuantity: { ...quantity, code: 'toString' } }),
      ['code-invalid Observation.valueQuantity.code'],
    ],
    [
      'a unit of no system',
      heartRate({ valueQuantity: { value: 72, code: '/min' } }),
      ['invariant Observation.valueQuantity'],
    ],
    [
      'no number',
      heartRate({ valueQuantity: { ...quantity, value: undefined } }),
      ['required Observation.valueQuantity.value'],
    ],
    [
      'a bound',
      heartRate({ valueQuantity: { ...quantity, comparator: '<' } }),
      ['not-supported Observation.valueQuantity.comparator'],
    ],
    [
      'an impossible value',
      heartRate({ valueQuantity: { ...quantity, value: 6_000 } }),
      ['value Observation.valueQuantity.value'],
    ],
    ['two values', heartRate({ valueString: 'fast' }), ['structure Observation.value']],
    [
      'a value in words',
      heartRate({ valueQuantity: undefined, valueString: 'fast' }),
      ['value Observation.valueString'],
    ],
    ['no value', heartRate({ valueQuantity: undefined }), ['required Observation.value']],
    ['no time', heartRate({ effectiveDateTime: undefined }), ['required Observation.effectiveDateTime']],
    ['a day as its time', heartRate({ effectiveDateTime: '2026-11-22' }), ['value Observation.effectiveDateTime']],
    [
      'a day that is none',
      heartRate({ effectiveDateTime: '2026-02-30T10:00:00Z' }),
      ['value Observation.effectiveDateTime'],
    ],
    ['the future', heartRate({ effectiveDateTime: '2026-11-22T12:06:00Z' }), ['value Observation.effectiveDateTime']],
    [
      'what is older than is kept',
      heartRate({ effectiveDateTime: '2026-08-01T12:00:00Z' }),
      ['value Observation.effectiveDateTime'],
    ],
    ['what may still change', heartRate({ status: 'preliminary' }), ['business-rule Observation.status']],
    ['what was entered in error', heartRate({ status: 'entered-in-error' }), ['business-rule Observation.status']],
    [
      'a meaning that is turned around',
      heartRate({ modifierExtension: [{ url: 'urn:not', valueBoolean: true }] }),
      ['extension Observation.modifierExtension'],
    ],
    [
      'a component of the wrong unit',
      bloodPressure(['8480-6', 120, 'mm[Hg]'], ['8462-4', 10.6, 'kPa']),
      ['code-invalid Observation.component[1].valueQuantity.code'],
    ],
    [
      'a component that is no part of the panel',
      bloodPressure(['8480-6', 120, 'mm[Hg]'], ['8867-4', 72, '/min']),
      ['code-invalid Observation.component[1].code'],
    ],
    [
      'a component twice',
      bloodPressure(['8480-6', 120, 'mm[Hg]'], ['8480-6', 121, 'mm[Hg]']),
      ['duplicate Observation.component'],
    ],
    ['a panel without a value', bloodPressure(), ['structure Observation.component']],
    [
      'another resource',
      { resourceType: 'Patient' },
      ['required Observation.status', 'required Observation.code', 'value Observation.resourceType'],
    ],
    [
      'several faults at once',
      heartRate({ subject: undefined, code: glucose }),
      ['required Observation.subject', 'code-invalid Observation.code'],
    ],
  ])('%s', async (_name, resource, places) => {
    const { status, text, fixture } = await posted(resource);
    expect([status, placesOf(json(text)).sort()]).toEqual([422, [...places].sort()]);
    expect(fixture.stream.requests).toEqual([]);
    expect(fixture.counts).toMatchObject([{ acceptedCount: 0, refusedCount: 1 }]);
  });

  test('without a word of what was sent', async () => {
    const { text } = await posted(
      heartRate({ subject: { reference: 'Jane Doe' }, valueQuantity: { ...quantity, value: 6_543, unit: 'Jane' } }),
    );
    expect(text).not.toMatch(/Jane|6543/);
  });

  test('a condition that cannot be judged', async () => {
    const { status, text, fixture } = await posted(heartRate(), { 'If-None-Exist': 'identifier=42' });
    expect([status, placesOf(json(text))]).toEqual([422, ['not-supported http.If-None-Exist']]);
    expect(fixture.stream.requests).toEqual([]);
  });
});

test('what the stream does not take in time may be sent again', async () => {
  const fixture = ingestFixture({ patienceMs: 200 });
  fixture.stream.always = { refuse: () => true };
  const { status, headers, text } = await posted(heartRate(), {}, fixture);
  expect([status, headers.get('retry-after'), placesOf(json(text))]).toEqual([503, '2', ['transient']]);
  expect(fixture.counts).toMatchObject([{ acceptedCount: 0, delayedCount: 1 }]);
});

test('a stream that refuses the function is our fault and says nothing of it', async () => {
  const fixture = ingestFixture();
  fixture.stream.plan.push({ status: 400, type: 'AccessDeniedException' });
  const { status, text } = await posted(heartRate(), {}, fixture);
  expect([status, placesOf(json(text))]).toEqual([500, ['exception']]);
  expect(text).not.toContain('AccessDenied');
});

describe('the Observations that HL7 gives as examples, dated to now', () => {
  const examples = readExampleObservations().map(({ file, observation }) => ({
    file: file.replace(/^Observation-|\.json$/g, ''),
    observation: { ...observation, effectiveDateTime: '2026-11-22T11:00:00Z', effectivePeriod: undefined },
  }));
  const named = (file: string) => examples.find((example) => example.file === file)?.observation ?? {};

  test.each([
    ['heart-rate', [{ code: '8867-4', value: 44, unit: '/min' }]],
    ['respiratory-rate', [{ code: '9279-1', value: 26, unit: '/min' }]],
    ['satO2', [{ code: '2708-6', value: 95, unit: '%' }]],
    ['body-temperature', [{ code: '8310-5', value: 36.5, unit: 'Cel' }]],
    [
      'blood-pressure',
      [
        { code: '8480-6', value: 107, unit: 'mm[Hg]' },
        { code: '8462-4', value: 60, unit: 'mm[Hg]' },
      ],
    ],
    ['blood-pressure-dar', [{ code: '8480-6', value: 107, unit: 'mm[Hg]' }]],
    ['body-height', [{ code: '8302-2', value: 66.89999999999999, unit: '[in_i]' }]],
    ['example', [{ code: '29463-7', value: 185, unit: '[lb_av]' }]],
    ['bmi', [{ code: '39156-5', value: 16.2, unit: 'kg/m2' }]],
    ['head-circumference', [{ code: '9843-4', value: 51.2, unit: 'cm' }]],
    ['mbp', [{ code: '8478-0', value: 80, unit: 'mm[Hg]' }]],
  ])('%s is accepted', async (file, measurements) => {
    const { status, text, fixture } = await posted(named(file));
    expect([status, status === 202 ? '' : text]).toEqual([202, '']);
    expect(storedBy(fixture)).toMatchObject([{ measurements }]);
  });

  test.each([
    ['blood-pressure-cancel', 'business-rule Observation.status'],
    ['vitals-panel', 'code-invalid Observation.code'],
    ['herd1', 'value Observation.subject.reference'],
    ['f001', 'code-invalid Observation.code'],
    ['clinical-gender', 'code-invalid Observation.code'],
  ])('%s is refused for %s', async (file, place) => {
    const { status, text, fixture } = await posted(named(file));
    expect(status).toBe(422);
    expect(placesOf(json(text))).toContain(place);
    expect(fixture.stream.requests).toEqual([]);
  });

  test('are each accepted, or refused with a place within the Observation', async () => {
    const answered = { 202: 0, 422: 0 };
    for (const { observation } of examples) {
      const { status, text } = await posted(observation);
      if (status === 422) {
        for (const place of placesOf(json(text))) expect(place).toMatch(/^[a-z-]+ Observation\./);
      }
      answered[status as 202 | 422] += 1;
    }
    expect(answered[202] + answered[422]).toBe(examples.length);
    expect(answered[202]).toBeGreaterThanOrEqual(14);
  });
});
