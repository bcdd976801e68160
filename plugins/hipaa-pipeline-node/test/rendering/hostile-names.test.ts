/** No name that a person can type leaves its field in any file of the real skeleton. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseDocument } from 'yaml';
import { parseTenantSettings } from '../../src';
import { planRecord } from '../../src/rendering/record';
import { renderTemplate } from '../../src/rendering/template';
import { someAnswers } from '../support/answers';
import { SKELETON } from '../support/folders';
import { EVERY_HOSTILE_TEXT, hostileText } from '../support/hostile-text';
import { readMarkdown, shownInMarkdown } from '../support/markdown';

const PLAIN = 'PLAINNAME';
const NAME_MAX_LENGTH = 120;

/** A file as it is on disk, rendered for a tenant of this name. */
type Render = (name: string) => string;

function template(path: string): Render {
  const source = readFileSync(join(SKELETON, path), 'utf8');
  return (name) => onDisk(renderTemplate(source, parseTenantSettings(someAnswers({ tenantName: name })), path));
}

const record: Render = (name) => {
  const skeleton = { folder: '/skeleton', version: '1.0.0', workloads: ['vitals'], rooms: new Map() };
  const provenance = { source: 'local', commit: null, modified: false };
  const entry = planRecord(skeleton, provenance, someAnswers({ tenantName: name }));
  return entry.kind === 'text' ? onDisk(entry.text) : '';
};

/** UTF-8 has no lone surrogates: what is not escaped by then is lost. */
function onDisk(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

const readJson = (text: string): unknown => JSON.parse(text);

function readYaml(text: string): unknown {
  const document = parseDocument(text);
  expect(document.errors).toEqual([]);
  expect(document.warnings).toEqual([]);
  return document.toJS();
}

/** A value with the plain name replaced wherever it is the whole of a string. */
function withName(value: unknown, name: string): unknown {
  if (value === PLAIN) return name;
  if (Array.isArray(value)) return value.map((item: unknown) => withName(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withName(item, name)]));
}

/** Lines of a file without those that hold the plain name; the same lines are expected whatever the name. */
function linesAround(plain: string, rendered: string): { expected: string[]; actual: string[] } {
  const holds = plain.split('\n').map((line) => line.includes(PLAIN));
  const around = (text: string) => text.split('\n').map((line, index) => (holds[index] ? '(name)' : line));
  return { expected: around(plain), actual: around(rendered) };
}

const FILES: ReadonlyArray<readonly [string, Render, (plain: string, name: string) => unknown, (text: string) => unknown]> = [
  ['tenant.json', template('tenant.json.hbs'), (plain, name) => withName(readJson(plain), name), readJson],
  ['.skeleton.json', record, (plain, name) => withName(readJson(plain), name), readJson],
  ['catalog-info.yaml', template('catalog-info.yaml.hbs'), (plain, name) => withName(readYaml(plain), name), readYaml],
  [
    'README.md',
    template('README.md.hbs'),
    (plain, name) => readMarkdown(plain).map((node) => node.replace(PLAIN, () => shownInMarkdown(name))),
    readMarkdown,
  ],
];

describe.each(FILES)('%s', (_path, render, expectedFor, read) => {
  const plain = render(PLAIN);

  const check = (name: string) => {
    const rendered = render(name);
    expect(read(rendered)).toEqual(expectedFor(plain, name));
    const { expected, actual } = linesAround(plain, rendered);
    expect(actual).toEqual(expected);
  };

  it('names the hospital', () => {
    expect(JSON.stringify(read(plain))).toContain(PLAIN);
  });

  it.each(EVERY_HOSTILE_TEXT.map((text) => [JSON.stringify(text), text]))('holds %s in its field', (_shown, name) => {
    check(name);
  });

  it('holds any name in its field', () => {
    fc.assert(fc.property(hostileText(NAME_MAX_LENGTH), check));
  });

  it('shows nothing that turns the order of what is read', () => {
    fc.assert(
      fc.property(hostileText(NAME_MAX_LENGTH), (name) => {
        expect(render(name)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

it('gives the index of workloads nothing of the name', () => {
  const index = template('src/workloads/index.ts.hbs');
  fc.assert(
    fc.property(hostileText(NAME_MAX_LENGTH), (name) => {
      expect(index(name)).toBe(index(PLAIN));
    }),
  );
});
