import fc from 'fast-check';
import { parseExactJson, stringifyExactJson } from '../../../src/runtime/fhir/exact-json';

const LEVELS_MAX = 64;

/** JSON as somebody writes it, with numbers of whatever digits, without a space. */
const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$/);
const { text: jsonText } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      number,
      fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value)),
      fc.constantFrom('true', 'false', 'null'),
    ),
    fc.array(tie('text'), { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(fc.string({ maxLength: 5 }), tie('text')), { maxLength: 4, selector: ([name]) => name })
      .filter((members) => members.every(([name]) => name !== '__proto__' && !/^\d+$/.test(name)))
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
}));

test('whatever JSON says is read as JavaScript reads it, and written again with the digits that came', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      const read = parseExactJson(text, LEVELS_MAX);
      if ('fault' in read) throw new Error(`refused for ${read.fault.kind}`);
      expect(read.plain).toEqual(JSON.parse(text));
      expect(stringifyExactJson(read.exact)).toBe(text);
    }),
  );
});

test('spaces between are not kept', () => {
  const read = parseExactJson('{ "value" :\n 1.00 , "more": [ 1e3 ] }', LEVELS_MAX);
  expect('fault' in read ? read : stringifyExactJson(read.exact)).toBe('{"value":1.00,"more":[1e3]}');
});

test.each([
  ['{"a":1,"b":{"c":1,"c":2}}', { kind: 'repeated', steps: ['b'], name: 'c' }],
  ['{"a":[{"b":1},{"b":1,"\\u0062":2}]}', { kind: 'repeated', steps: ['a', 1], name: 'b' }],
  ['{"a":1,"a":1}', { kind: 'repeated', steps: [], name: 'a' }],
  ['{"a":1', { kind: 'syntax' }],
  ['', { kind: 'syntax' }],
  ['[01]', { kind: 'syntax' }],
  ['NaN', { kind: 'syntax' }],
  ['['.repeat(65) + ']'.repeat(65), { kind: 'nested' }],
])('%s is refused with its place', (text, fault) => {
  expect(parseExactJson(text, LEVELS_MAX)).toEqual({ fault });
});

test.each(['["a","a"]', '{"a":{"b":1},"c":{"b":1}}', '{"a":"b","b":"a: \\"a\\":"}', '['.repeat(64) + ']'.repeat(64)])(
  '%s says nothing twice and nests no deeper than is legal',
  (text) => {
    expect(parseExactJson(text, LEVELS_MAX)).not.toHaveProperty('fault');
  },
);

test('any text is read or refused, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => expect(() => parseExactJson(text, LEVELS_MAX)).not.toThrow()),
  );
});

test('nothing is no JSON', () => {
  expect(() => stringifyExactJson(undefined)).toThrow('Nothing that JSON could say');
});
