import fc from 'fast-check';
import { heartRate, patient, RecordsFixture } from './records-fixture';

let api: RecordsFixture;
beforeAll(async () => {
  api = await RecordsFixture.start();
  await api.store(patient('p-1'));
});
afterAll(async () => {
  await api.stop();
});

/** Every way in which a resource is shown. */
const WAYS = [
  '/Observation/o-1',
  '/Observation/o-1/_history/1',
  '/Observation/o-1/_history',
  '/Observation?_id=o-1',
  '/Observation?patient=p-1&_lastUpdated=gt2020',
  '/Patient/p-1/$everything',
];

/** An observation as its source wrote it, but for what the server says of its version. */
function textWith(value: string): string {
  return JSON.stringify(
    heartRate('o-1', 'p-1', { valueQuantity: { value: 0, unit: '/min' }, note: [{ text: '"\\ü\u2028' }] }),
  )
    .replace('"value":0', `"value":${value}`)
    .replace('ü', '\\u00fc');
}

test.each([
  '1.00',
  '1.0',
  '0.10',
  '-0.0',
  '1e3',
  '1.50E+2',
  '100',
  '0.1000000000000000000000001',
  '12345678901234567890.123',
])('a decimal %s has the same digits wherever it is shown, and texts their escapes', async (decimal) => {
  await api.database.owner.query(
    'TRUNCATE resource_version, resource, resource_token, resource_date, resource_reference',
  );
  const source = textWith(decimal);
  await api.store(patient('p-1'), source);
  for (const way of WAYS) {
    const { status, text } = await api.get(way);
    expect([way, status]).toEqual([way, 200]);
    expect(text.replace(/"meta":\{"versionId":"1","lastUpdated":"[^"]*"\},/g, '')).toContain(source);
  }
});

test('whatever number JSON can say is shown as it was said', async () => {
  const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/);
  let number = 0;
  await fc.assert(
    fc.asyncProperty(digits, async (decimal) => {
      number += 1;
      await api.store(textWith(decimal).replace('"o-1"', `"o-any-${number}"`));
      expect((await api.get(`/Observation/o-any-${number}`)).text).toContain(`"value":${decimal},"unit"`);
    }),
    { numRuns: 50 },
  );
});
