import fc from 'fast-check';
import { splitUnescaped, unescape } from '../../../../src/runtime/fhir/search/escape';
import { parseReference } from '../../../../src/runtime/fhir/search/reference';
import { formatToken, parseToken, tokenMatches } from '../../../../src/runtime/fhir/search/token';
import { SearchValueError } from '../../../../src/runtime/fhir/search/value-error';

const LOINC = 'http://loinc.org';
const heartRate = { system: LOINC, code: '8867-4' };

describe('a token', () => {
  test.each([
    ['8867-4', { system: undefined, code: '8867-4' }, true],
    [`${LOINC}|8867-4`, { system: LOINC, code: '8867-4' }, true],
    [`${LOINC}|`, { system: LOINC, code: undefined }, true],
    ['|8867-4', { system: null, code: '8867-4' }, false],
    ['http://snomed.info/sct|8867-4', { system: 'http://snomed.info/sct', code: '8867-4' }, false],
    ['9279-1', { system: undefined, code: '9279-1' }, false],
    ['a\\|b', { system: undefined, code: 'a|b' }, false],
    ['8867-4 ', { system: undefined, code: '8867-4 ' }, false],
  ])('%j asks for %j', (value, expected, isHeartRate) => {
    const token = parseToken(value);
    expect(token).toEqual(expected);
    expect(tokenMatches(token, heartRate)).toBe(isHeartRate);
  });

  test.each(['', '|', 'a|b|c'])('%j is refused', (value) => {
    expect(() => parseToken(value)).toThrow(SearchValueError);
  });

  test('is shown as it was written', () => {
    expect(
      ['8867-4', `${LOINC}|8867-4`, `${LOINC}|`, '|8867-4'].map((value) => formatToken(parseToken(value))),
    ).toEqual(['8867-4', `${LOINC}|8867-4`, `${LOINC}|`, '|8867-4']);
  });
});

describe('a reference', () => {
  test('is an id with or without its type', () => {
    expect([parseReference('a-1.B', 'Patient'), parseReference('Patient/a-1.B', 'Patient')]).toEqual([
      'a-1.B',
      'a-1.B',
    ]);
  });

  test.each([
    '',
    'Patient/',
    'Practitioner/1',
    'Patient/Patient/1',
    'Patient/1/_history/2',
    'http://other.example/Patient/1',
    '#contained',
    'a_b',
    'a b',
    "' OR 1=1 --",
    'x'.repeat(65),
    'ä',
    '1\u0000',
    '1\n',
  ])('%j is refused with what is legal', (value) => {
    expect(() => parseReference(value, 'Patient')).toThrow(/legal is "id" or "Patient\/id"/);
  });
});

describe('escapes', () => {
  test('keep separators in a value', () => {
    expect(splitUnescaped('a\\,b,c\\\\,d', ',').map(unescape)).toEqual(['a,b', 'c\\', 'd']);
  });

  test('any values survive being escaped, joined, split and unescaped', () => {
    const escape = (value: string) => value.replace(/[,|$\\]/g, '\\$&');
    const value = fc.string({ unit: fc.constantFrom('a', ',', '|', '$', '\\', ' ') });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1 }),
        fc.constantFrom<',' | '|' | '$'>(',', '|', '$'),
        (values, separator) => {
          const joined = values.map(escape).join(separator);
          expect(splitUnescaped(joined, separator).map(unescape)).toEqual(values);
        },
      ),
    );
  });
});
