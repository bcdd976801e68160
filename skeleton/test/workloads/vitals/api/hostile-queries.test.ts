import fc from 'fast-check';
import { ApiFixture, faults, observations, reading } from './api-fixture';

let api: ApiFixture;
beforeAll(async () => {
  api = await ApiFixture.start();
  await api.store([
    reading({ value: 1 }),
    reading({ value: 2, code: '9279-1' }),
    reading({ patientId: 'victim-1', value: 666, deviceId: 'victim-monitor' }),
  ]);
});
afterAll(async () => {
  await api.stop();
});

/** Traces of a database, of our code, or of another patient: none of them may be in an answer. */
const LEAK =
  /syntax error|SQLSTATE|\bpg_|relation "|vital_sign|access_audit|pipeline_api|invalid input|node_modules|\.ts:\d|\bat [\w.]+ \(|666|victim-monitor/;

const INJECTIONS = [
  "' OR '1'='1",
  "p-1' OR patient_id = 'victim-1' --",
  "p-1'; DROP TABLE vital_sign; --",
  "p-1' UNION SELECT patient_id, code, value FROM vital_sign --",
  'p-1) OR (1=1',
  '$1; SELECT pg_sleep(5)',
  "p-1'/**/OR/**/1=1",
  "\\'; DELETE FROM vital_sign; --",
  '{victim-1,p-1}',
  '*',
  '%',
  'p-1%',
  '../victim-1',
  'p-1\u0000victim-1',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  "infinity'::timestamptz; --",
];
const PARAMETERS = ['patient', 'code', 'date', '_count', '_cursor', '_format', 'colour'];

/** An answer to a hostile query, without what it repeats of it: the pieces between commas, and the whole in the links. */
async function ask(query: URLSearchParams, hostile: string) {
  const answer = await api.get(`/Observation?${query}`);
  const { link: _link, ...body } = { link: undefined, ...answer.body };
  const own = hostile
    .split(',')
    .map((piece) => JSON.stringify(JSON.stringify(piece)).slice(3, -3))
    .reduce((text, piece) => text.replaceAll(piece, ''), JSON.stringify(body));
  return { ...answer, own };
}

describe.each(PARAMETERS)('SQL in %s', (parameter) => {
  test.each(INJECTIONS)('%j changes nothing and shows nothing', async (injection) => {
    const query = new URLSearchParams({ patient: 'p-1' });
    query.set(parameter, injection);
    const { status, body, own } = await ask(query, injection);
    // A code is any text but NUL, so it is legal and finds nothing; whatever else must be refused by name.
    const isCode = parameter === 'code' && !injection.includes('\u0000');
    expect({ parameter, status }).toEqual({ parameter, status: isCode ? 200 : parameter === '_format' ? 406 : 400 });
    if (status === 200) expect(observations(body)).toEqual([]);
    else expect(Object.keys(faults(body))).toEqual([parameter]);
    expect(own).not.toMatch(LEAK);
  });
});

test('SQL in a parameter’s name is refused by that name', async () => {
  for (const injection of INJECTIONS) {
    const { status, body } = await ask(new URLSearchParams({ patient: 'p-1', [injection]: '1' }), injection);
    expect(status).toBe(400);
    expect(Object.keys(faults(body))).toHaveLength(1);
  }
});

test('afterwards everything is where it was', async () => {
  const { rows } = await api.database.owner.query('SELECT patient_id, value FROM vital_sign ORDER BY value');
  expect(rows).toEqual([
    { patient_id: 'p-1', value: 1 },
    { patient_id: 'p-1', value: 2 },
    { patient_id: 'victim-1', value: 666 },
  ]);
});

test('whatever is asked is answered with one’s own patient’s readings, or refused', async () => {
  const values = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('8867-4', 'ge2026-01-01', 'p-1', 'Patient/p-1', '10', 'json', ''),
  );
  const name = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...PARAMETERS) },
    { weight: 1, arbitrary: fc.string({ maxLength: 10 }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, values), { maxLength: 4 }), async (pairs) => {
      const query = new URLSearchParams([['patient', 'p-1'], ...pairs]);
      const { status, body, headers } = await api.get(`/Observation?${query}`);
      expect([200, 400, 406]).toContain(status);
      expect(headers.get('content-type')).toBe('application/fhir+json');
      if (status !== 200) expect(body.resourceType).toBe('OperationOutcome');
      else for (const { subject } of observations(body)) expect(subject?.reference).toBe('Patient/p-1');
    }),
    { numRuns: 200 },
  );
});
