import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { CursorCodec } from '../../../src/runtime/fhir/cursor';
import { SearchValueError } from '../../../src/runtime/fhir/search/value-error';

const codec = new CursorCodec(z.strictObject({ at: z.string(), id: z.number() }));
const position = fc.record({ at: fc.string({ unit: 'binary', maxLength: 40 }), id: fc.integer() });

test('any position of any search comes back', () => {
  fc.assert(
    fc.property(position, fc.string(), (place, search) => {
      const cursor = codec.encode(place, search);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(codec.decode(cursor, search)).toEqual(place);
    }),
  );
});

test('a cursor of one search is none of another', () => {
  fc.assert(
    fc.property(position, fc.string(), fc.string(), (place, search, other) => {
      fc.pre(search !== other);
      expect(() => codec.decode(codec.encode(place, search), other)).toThrow(SearchValueError);
    }),
  );
});

test('a cursor with a changed, missing or added character is refused', () => {
  const character = fc.constantFrom(...'ABCDEFabcdef0189-_=+/ .');
  const edit = fc.constantFrom('change', 'remove', 'insert', 'append');
  fc.assert(
    fc.property(position, fc.nat(), character, edit, (place, index, replacement, how) => {
      const cursor = codec.encode(place, 'search');
      const at = index % cursor.length;
      const tampered = {
        change: `${cursor.slice(0, at)}${replacement}${cursor.slice(at + 1)}`,
        remove: `${cursor.slice(0, at)}${cursor.slice(at + 1)}`,
        insert: `${cursor.slice(0, at)}${replacement}${cursor.slice(at)}`,
        append: `${cursor}${replacement}`,
      }[how];
      fc.pre(tampered !== undefined && tampered !== cursor);
      expect(() => codec.decode(tampered ?? '', 'search')).toThrow(SearchValueError);
    }),
    { numRuns: 2000 },
  );
});

test('whatever else is given is refused as a wrong value', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary', minLength: 600, maxLength: 700 })),
      (text) => {
        expect(() => codec.decode(text, 'search')).toThrow(/^is no cursor of this search; legal is/);
      },
    ),
  );
});

test.each(['{"at":1,"id":"x"}', '{"at":"a","id":1,"more":true}', '[]', 'null', 'no json'])(
  'a forged digest does not make %s a position',
  (json) => {
    const digest = createHash('sha256').update(`6:search${json}`).digest().subarray(0, 16);
    const forged = Buffer.concat([digest, Buffer.from(json)]).toString('base64url');
    expect(() => codec.decode(forged, 'search')).toThrow(SearchValueError);
  },
);

test('nothing that has no place in a position gets into a cursor', () => {
  const place = { at: 'a', id: 1, value: 36.6 };
  expect(() => codec.encode(place, 'search')).toThrow(/value/);
});
