import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { bundleOf, faults, heartRate, idsOf, patient, RecordsFixture } from './records-fixture';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(
    patient('p-1'),
    heartRate('o-1', 'p-1'),
    patient('victim-1', { name: [{ family: 'Victim-Name' }] }),
    heartRate('o-victim', 'victim-1', { valueQuantity: { value: 666 } }),
  );
});
afterAll(async () => {
  await api.stop();
});

describe('a wrong search is refused with what is legal, and without what was written where it may name a patient', () => {
  test.each([
    ['Observation?patient=9434765919%20', 'patient', 'legal is "id" or "Patient/id"'],
    ['Observation?patient=Practitioner/9434765919', 'patient', 'legal is "id" or "Patient/id"'],
    ['Observation?subject=9434765919', 'subject', 'legal is "Type/id"'],
    ['Observation?identifier=a|9434765919|b', 'identifier', '"system|code"'],
    ['Observation?identifier=', 'identifier', '"system|code"'],
    ['Observation?_id=9434765919,%20', '_id', 'legal are 1 to 64'],
    ['Observation?date=2026-02-30', 'date', 'day is not between 1 and 28'],
    ['Observation?date=ap2026', 'date', 'legal are eq, ne'],
    ['Observation?_lastUpdated=20261122', '_lastUpdated', 'legal is YYYY'],
    ['Patient?birthdate=9434765919', 'birthdate', 'legal is YYYY'],
    ['Observation?_count=1001', '_count', 'a whole number from 1 to 1000'],
    ['Observation?_count=1&_count=2', '_count', 'legal is once'],
    ['Observation?code:in=x', 'code:in', 'modifiers and chains are not supported'],
    ['Observation?patient.identifier=9434765919', 'patient.identifier', 'modifiers and chains are not supported'],
    ['Observation?name=x', 'name', 'legal are _id, _lastUpdated'],
    [`Observation?code=${Array.from({ length: 21 }, (_, n) => `c${n}`)}`, 'code', 'legal are 20 at most'],
  ])('%s', async (query, parameter, legal) => {
    const answer = await api.get(`/${query}`);
    expect(answer.status).toBe(400);
    expect(faults(answer)[parameter]).toContain(legal);
    expect(answer.text).not.toContain('9434765919');
  });
});

/** Traces of a database, of our code, or of another patient, in the letters that we would write them in: none of them may be in an answer. */
const LEAK =
  /syntax error|SQLSTATE|\bpg_|relation "|resource_version|resource_token|access_audit|pipeline_api|invalid (input|byte)|node_modules|\.ts:\d|\bat [\w.]+ \(|666|Victim-Name/;

const HOSTILE = [
  "' OR '1'='1",
  "p-1'; DROP TABLE resource; --",
  "p-1' UNION SELECT CONTENT FROM RESOURCE_VERSION --",
  '$1; SELECT PG_SLEEP(5)',
  "\\'; DELETE FROM RESOURCE_VERSION; --",
  '{victim-1,p-1}',
  '*',
  'p-1%',
  '../victim-1',
  'Patient/../Patient/victim-1',
  'p-1\u0000victim-1',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u202e\u2028\ufeff',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  "infinity'::timestamptz; --",
  'ge',
  '||',
  ',',
  '\\',
  '-1',
  '1e3',
  'NaN',
  'ge99999-01-01',
  '9999-12-31T23:59:59+14:00',
  '0001-01-01T00:00:00+14:00',
  'le0001',
  'x'.repeat(100_000),
  ','.repeat(50_000),
  'a,'.repeat(10) + 'a',
];

/** What is asked of each type, of each kind of parameter one, and what is asked of every type. */
const SEARCHES = [
  ['Observation', 'patient'],
  ['Observation', 'subject'],
  ['Observation', 'code'],
  ['Observation', 'date'],
  ['Observation', 'status'],
  ['Observation', 'identifier'],
  ['Observation', '_id'],
  ['Observation', '_lastUpdated'],
  ['Observation', '_count'],
  ['Observation', '_cursor'],
  ['Observation', '_format'],
  ['Patient', 'birthdate'],
  ['Patient', 'identifier'],
  ['Patient/p-1/$everything', '_since'],
  ['Patient/p-1/$everything', 'start'],
  ['Patient/p-1/$everything', '_type'],
  ['Patient/p-1/$everything', '_cursor'],
  ['Observation/o-1/_history', '_since'],
  ['Observation/o-1/_history', '_cursor'],
  ['Observation/o-1/_history', '_count'],
] as const;

/** An answer without what the caller wrote itself, which its links repeat. */
function own(text: string): string {
  return text.replace(/"link":\[\{[^\]]*\]/, '');
}

describe.each(SEARCHES)('%s?%s=', (path, parameter) => {
  test.each<[string, readonly [string, string][]]>([
    ['alone', []],
    [
      'beside what is legal',
      [
        ['patient', 'p-1'],
        ['code', '8867-4'],
        ['code', '8867-4'],
      ],
    ],
  ])('whatever is written %s is refused, or finds nothing of another, and never fails', async (_name, legal) => {
    for (const hostile of HOSTILE) {
      const { status, text, headers } = await api.get(
        `/${path}?${new URLSearchParams([...legal, [parameter, hostile]])}`,
      );
      const written = JSON.stringify(hostile.slice(0, 40));
      expect([200, 400, 406].includes(status) ? '' : `${written} is answered ${status}`).toBe('');
      expect(own(text)).not.toMatch(LEAK);
      expect(headers.get('content-type')).toBe('application/fhir+json');
    }
  });
});

test('what is hostile in the name of a parameter is refused', async () => {
  for (const hostile of HOSTILE.filter((name) => name !== '')) {
    const answer = await api.get(`/Observation?${new URLSearchParams({ patient: 'p-1', [hostile]: '1' })}`);
    expect(answer.status).toBe(400);
    expect(Object.keys(faults(answer))).toHaveLength(1);
  }
});

/** A cursor that somebody made who knows how they are made: the digest in it is no secret. */
function forged(position: object, canonical: unknown): string {
  const [json, search] = [JSON.stringify(position), JSON.stringify(canonical)];
  const digest = createHash('sha256').update(`${search.length}:${search}${json}`).digest().subarray(0, 16);
  return Buffer.concat([digest, Buffer.from(json)]).toString('base64url');
}

const SEARCH_OF_ALL = ['Observation', []];
const EVERYTHING_OF_P1 = ['p-1', '-infinity', '-infinity', 'infinity', ['Observation']];
const HISTORY_OF_O1 = ['Observation', 'o-1', '-infinity'];
const TRAIL_OF_P1 = ['p-1', null, ['null/null']];
const NOW = '2026-11-23T05:00:00.000Z';

test.each([
  ['Observation?', { lastUpdated: NOW, resourceId: 'z' }, SEARCH_OF_ALL, 200],
  ['Observation?', { lastUpdated: NOW, resourceId: 'a\u0000' }, SEARCH_OF_ALL, 400],
  ['Observation?', { lastUpdated: NOW, resourceId: "'" }, SEARCH_OF_ALL, 400],
  ['Observation?', { lastUpdated: '0000-01-01T00:00:00.000Z', resourceId: 'a' }, SEARCH_OF_ALL, 400],
  ['Observation?', { lastUpdated: NOW, resourceId: 'a', more: 1 }, SEARCH_OF_ALL, 400],
  ['Patient/p-1/$everything?_type=Observation&', { resourceType: 'A', resourceId: 'a' }, EVERYTHING_OF_P1, 200],
  ['Patient/p-1/$everything?_type=Observation&', { resourceType: 'A', resourceId: 'a\u0000' }, EVERYTHING_OF_P1, 400],
  ['Patient/p-1/$everything?_type=Observation&', { resourceType: '\u0000', resourceId: 'a' }, EVERYTHING_OF_P1, 400],
  ['Observation/o-1/_history?', { versionId: '2' }, HISTORY_OF_O1, 200],
  ['Observation/o-1/_history?', { versionId: '9999999999999999999' }, HISTORY_OF_O1, 400],
  ['Observation/o-1/_history?', { versionId: 2 }, HISTORY_OF_O1, 400],
  [
    'AuditEvent?patient=p-1&',
    { recordedAt: '2026-11-23T05:00:00.000000Z', accessId: crypto.randomUUID() },
    TRAIL_OF_P1,
    200,
  ],
  [
    'AuditEvent?patient=p-1&',
    { recordedAt: '2026-11-31T05:00:00.000000Z', accessId: crypto.randomUUID() },
    TRAIL_OF_P1,
    400,
  ],
  [
    'AuditEvent?patient=p-1&',
    { recordedAt: '0000-01-01T05:00:00.000000Z', accessId: crypto.randomUUID() },
    TRAIL_OF_P1,
    400,
  ],
])('%s with the forged cursor %j is answered as any other', async (path, position, canonical, expected) => {
  const app = path.startsWith('AuditEvent') ? api.auditApp() : api.app();
  const { status, text } = await api.get(`/${path}_cursor=${forged(position, canonical)}`, {}, {}, app);
  expect(status).toBe(expected);
  expect(text).not.toMatch(LEAK);
});

test('whatever is asked, it is answered or refused in FHIR, and never fails', async () => {
  const values = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('8867-4', 'http://loinc.org|8867-4', 'ge2026-01-01', 'p-1', 'Patient/p-1', '10', 'json', ''),
  );
  const names = [
    'patient',
    'subject',
    'code',
    'date',
    'status',
    'identifier',
    '_id',
    '_lastUpdated',
    '_count',
    '_cursor',
    '_format',
    '_since',
    '_type',
    'start',
    'colour',
  ];
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.string({ maxLength: 10 }) },
  );
  const segment = fc.oneof(
    fc.constantFrom('Patient', 'Observation', 'p-1', 'o-1', '_history', '1', '$everything', 'metadata'),
    fc.string({ maxLength: 5 }),
  );
  const path = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'Observation',
        'Patient',
        'Observation/o-1',
        'Observation/o-1/_history',
        'Patient/p-1/$everything',
        'Observation/o-1/_history/1',
      ),
    },
    { weight: 1, arbitrary: fc.array(segment, { maxLength: 4 }).map((all) => all.map(encodeURIComponent).join('/')) },
  );
  await fc.assert(
    fc.asyncProperty(path, fc.array(fc.tuple(name, values), { maxLength: 4 }), async (where, pairs) => {
      const { status, headers, body, text } = await api.get(`/${where}?${new URLSearchParams(pairs)}`);
      expect([200, 400, 404, 406]).toContain(status);
      expect(headers.get('content-type')).toBe('application/fhir+json');
      expect(body.resourceType === 'OperationOutcome').toBe(status !== 200);
      if (status !== 200) expect(text).not.toMatch(LEAK);
    }),
    { numRuns: 150 },
  );
});

test('afterwards everything is where it was', async () => {
  expect(idsOf(bundleOf(await api.get('/Patient')), bundleOf(await api.get('/Observation')))).toEqual([
    'p-1',
    'victim-1',
    'o-1',
    'o-victim',
  ]);
});
