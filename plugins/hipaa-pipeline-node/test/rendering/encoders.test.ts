import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { encodeJson, encodeMarkdown, encodeWord, encodeYaml, isEncodable } from '../../src/rendering/encoders';
import type { Encodable } from '../../src/rendering/encoders';
import { EVERY_HOSTILE_TEXT, hostileText } from '../support/hostile-text';
import { readMarkdown, shownInMarkdown } from '../support/markdown';

/** Any JSON value with hostile strings and keys. `-0` is left out: JSON has none. */
const anyValue: fc.Arbitrary<Encodable> = fc
  .letrec<{ value: Encodable }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      hostileText(40),
      fc.constant(''),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        hostileText(12).filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 3, noNullPrototype: true },
      ),
    ),
  }))
  .value;

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;

describe('JSON', () => {
  it('is read back as the same value, at any indentation', () => {
    fc.assert(
      fc.property(anyValue, fc.integer({ min: 0, max: 8 }), (value, indent) => {
        expect(JSON.parse(encodeJson(value, indent))).toEqual(value);
      }),
    );
  });

  it('has nothing invisible in it but its own line ends', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(encodeJson(value).replaceAll('\n', '')).not.toMatch(UNSEEN);
      }),
    );
  });

  it('indents groups and keeps lists of scalars on one line', () => {
    expect(encodeJson({ a: { b: [1, 'x'], c: {}, d: [], e: [{ f: null }] } })).toBe(
      ['{', '  "a": {', '    "b": [1, "x"],', '    "c": {},', '    "d": [],', '    "e": [', '      {', '        "f": null', '      }', '    ]', '  }', '}'].join('\n'),
    );
  });
});

describe('YAML', () => {
  it('is read back as the same value, as a value and inside a list', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = encodeYaml(value);
        expect(text).not.toMatch(UNSEEN);
        expect(parseYaml(`before: 1\nfield: ${text}\nlist:\n  - ${text}\nafter: 2\n`)).toEqual({
          before: 1,
          field: value,
          list: [value],
          after: 2,
        });
      }),
    );
  });
});

describe('Markdown', () => {
  const places = [
    ['a heading', '# ', ''],
    ['a paragraph', '', ''],
    ['the middle of a line', 'of ', ' here'],
    ['a list', '- ', ''],
    ['a quotation', '> ', ''],
    ['a table cell', '| a | b |\n|---|---|\n| x | ', ' |'],
    ['emphasis', 'x **', '** y'],
    ['the text of a link', '[', '](https://pipeline.example)'],
  ] as const;

  it.each(places)('is the same text in %s, and nothing else changes', (_place, before, after) => {
    const plain = readMarkdown(`${before}PLAIN${after}`);
    const check = (text: string) => {
      const source = `${before}${encodeMarkdown(text)}${after}`;
      expect(source).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(readMarkdown(source)).toEqual(plain.map((node) => node.replace('PLAIN', () => shownInMarkdown(text))));
    };
    EVERY_HOSTILE_TEXT.forEach(check);
    fc.assert(fc.property(hostileText(), check));
  });

  it('leaves names as people write them readable in the source', () => {
    for (const name of ["St. Mary's Hospital, Ward 3", 'MedTech Solutions GmbH', 'Hôpital Saint-Louis', '東京病院', 'हिन्दी']) {
      expect(encodeMarkdown(name)).toBe(name);
    }
  });
});

describe('a plain word', () => {
  it('is written as it is, and nothing else is', () => {
    expect(encodeWord('eu-central-1')).toBe('eu-central-1');
    expect(encodeWord('111122223333')).toBe('111122223333');
    for (const value of ['', 'Upper', 'a b', 'a/b', '..', "a'", 'a\n', '-a', 7, null, ['a']]) {
      expect(() => encodeWord(value)).toThrow(RangeError);
    }
  });
});

it('knows what can be written', () => {
  for (const value of ['', 0, false, null, [], {}, [{ a: [null] }]]) expect(isEncodable(value)).toBe(true);
  for (const value of [undefined, NaN, Infinity, () => 1, Symbol('x'), 1n, [undefined], { a: undefined }]) {
    expect(isEncodable(value)).toBe(false);
  }
});
