import { firstDifference } from '../../../../integration/workloads/records/support/exact-comparison';

const SENT = JSON.stringify({
  resourceType: 'Observation',
  id: 'weight',
  meta: { profile: ['http://example.org/p'], versionId: '7', lastUpdated: '2020-01-01T00:00:00Z' },
  component: [{ valueQuantity: { value: 1 } }, { valueBoolean: true }],
}).replace('"value":1', '"value":1.00');

/** What the API shows of it: another order of names, the server's version and time. */
const SHOWN = SENT.replace('"versionId":"7"', '"versionId":"1"').replace('2020-01-01', '2026-11-23');

describe('the comparison of what was sent with what is shown', () => {
  test('takes no notice of the server’s version and time, nor of the order of names', () => {
    const { id, ...rest } = JSON.parse('{"id":"weight","a":1}') as Record<string, unknown>;

    expect(firstDifference(SENT, SHOWN)).toBeUndefined();
    expect(firstDifference('{"id":"weight","a":1}', JSON.stringify({ ...rest, id }))).toBeUndefined();
    expect(firstDifference('{"id":"a"}', '{"id":"a","meta":{"versionId":"1","lastUpdated":"x"}}')).toBeUndefined();
  });

  test.each([
    ['digits', SHOWN.replace('1.00', '1.0'), '.component[0].valueQuantity.value: other digits'],
    ['a number as a text', SHOWN.replace('1.00', '"1.00"'), '.component[0].valueQuantity.value: other digits'],
    ['a value', SHOWN.replace('true', 'false'), '.component[1].valueBoolean: another value'],
    ['an element that is lost', SHOWN.replace(',{"valueBoolean":true}', ''), '.component: 2 elements, and 1 shown'],
    ['a name that is lost', SHOWN.replace('"id":"weight",', ''), '.id: not shown'],
    ['a name that is new', SHOWN.replace('"id"', '"language":"en","id"'), '.language: shown, and not sent'],
    ['a profile', SHOWN.replace('example.org/p', 'example.org/q'), '.meta.profile[0]: another value'],
  ])('finds %s that is altered', (_, shown, difference) => {
    expect(firstDifference(SENT, shown)).toBe(difference);
  });
});
