import * as fc from 'fast-check';
import { type CommandSpec, parseCommandLine, type ProgramSpec } from '../../../src/runtime/operations/command-line';
import { OperationError } from '../../../src/runtime/operations/errors';

const PROGRAM: ProgramSpec<CommandSpec> = {
  intro: 'A program of two commands.',
  options: {
    name: { placeholder: 'NAME', help: 'who', legal: 'a name', pattern: /^[a-z ]+$/ },
    id: { placeholder: 'ID', help: 'which', legal: 'digits', pattern: /^\d+$/, isRepeatable: true },
    all: { placeholder: 'YES', help: 'all of them', legal: 'yes', pattern: /^yes$/ },
    secret: {
      placeholder: 'TEXT',
      help: 'a secret',
      legal: 'small letters',
      pattern: /^[a-z]+$/,
      isConfidential: true,
    },
  },
  commands: [
    { name: 'cat feed', summary: 'feeds', required: ['name'], optional: ['secret'], atMostOneOf: ['id', 'all'] },
    { name: 'cat drop', summary: 'drops', required: ['name'], optional: [], oneOf: ['id', 'all'] },
  ],
};

const parse = (...words: string[]) => parseCommandLine(PROGRAM, words);

describe('a command line', () => {
  test.each([[['cat', 'feed', '--name', 'a b']], [['cat', 'feed', '--name=a b']], [['--name', 'a b', 'cat', 'feed']]])(
    '%j is a command with its options',
    (words) => {
      const line = parse(...words);

      expect(line).toMatchObject({ mode: 'run', command: { name: 'cat feed' } });
      expect(line.mode === 'run' && line.options.required('name')).toBe('a b');
    },
  );

  test('may repeat an option that can be repeated, and tells all but some as a query', () => {
    const line = parse('cat', 'drop', '--name', 'a b', '--id', '1', '--id', '2');
    if (line.mode !== 'run') throw new Error('It is to run.');

    expect(line.options.all('id')).toEqual(['1', '2']);
    expect(line.options.toQuery([])).toBe('name=a+b&id=1&id=2');
    expect(line.options.toQuery(['name'])).toBe('id=1&id=2');
  });

  test.each([
    [[], 'COMMAND --help'],
    [['-h'], 'cat drop  drops'],
    [['cat', 'drop', '--help'], 'One of --id and --all is needed.'],
    [['cat', 'feed', '--name', 'A', '--help'], '--name NAME    who (required)'],
  ])('%j asks for help', (words, text) => {
    const line = parse(...words);

    expect(line.mode === 'help' && line.text).toContain(text);
  });

  test.each([
    [['dog'], '"dog" is no command: expected cat feed, cat drop. See --help.'],
    [['Jane Doe'], 'What was asked for is no command'],
    [['cat', 'feed'], 'cat feed needs --name: a name.'],
    [['cat', 'feed', '--name'], '--name needs a value: a name.'],
    [['cat', 'feed', '--name', '--secret', 'x'], '--name needs a value'],
    [['cat', 'feed', '--name', 'A'], '--name is "A": expected a name.'],
    [['cat', 'feed', '--name', 'a', '--name', 'b'], '--name is given twice.'],
    [['cat', 'feed', '--name', 'a', '--secret', 'JANE'], '--secret is wrong: expected small letters.'],
    [['cat', 'feed', '--name', 'a', 'jane'], 'cat feed takes options only, and there is a word too many'],
    [['cat', 'feed', '--name', 'a', '--id', '1', '--all', 'yes'], 'cat feed takes --id or --all, not both.'],
    [
      ['cat', 'feed', '--name', 'a', '--nam', 'b'],
      '--nam is no option of cat feed: expected --name, --id, --all, --secret.',
    ],
    [['cat', 'drop', '--name', 'a'], 'cat drop needs --id or --all.'],
    [['cat', 'drop', '--name', 'a', '--secret', 'b', '--id', '1'], '--secret is no option of cat drop'],
    [['cat', 'drop', '--name', 'a', '--id', 'x'], '--id is "x": expected digits.'],
  ])('%j is refused', (words, message) => {
    expect(() => parse(...words)).toThrow(OperationError);
    expect(() => parse(...words)).toThrow(message);
  });

  test('is read or refused in words of our own, whatever it holds, and never repeats what may be a patient', () => {
    const word = fc.oneof(
      fc.constantFrom('cat', 'feed', 'drop', '--name', '--id', '--secret', '--', '-', '--help=1', 'a', '1'),
      fc.string().map((text) => `Mustermann${text}`),
      fc.string().map((text) => `--${text}Mustermann`),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        // A value of these two is no patient's, and may be repeated.
        const isRepeatable = (one: string, before: string | undefined) =>
          /^--(name|id)=/.test(one) || (/^--(name|id)$/.test(before ?? '') && one.includes('Mustermann'));
        const confidential = words.reduce<string[]>(
          (kept, one) => (isRepeatable(one, kept.at(-1)) ? kept : [...kept, one]),
          [],
        );
        try {
          parse(...confidential);
        } catch (error) {
          expect(error).toBeInstanceOf(OperationError);
          expect(error).toMatchObject({ kind: 'usage', message: expect.not.stringContaining('Mustermann') });
        }
      }),
      { numRuns: 2_000, examples: [[['cat', 'feed', '--id', 'cat', 'Mustermann']]] },
    );
  });
});
