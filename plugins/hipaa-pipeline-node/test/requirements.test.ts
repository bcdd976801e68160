import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(__dirname, '../../..');
const BRIEFS = ['VE', 'VU', 'RE', 'IM', 'IB'];

interface Row {
  readonly id: string;
  readonly requirement: string;
  readonly builtIn: string;
  readonly provedBy: string;
}

/** A test as the page names it: `file` · *words of the test's name*. */
interface Citation {
  readonly file: string;
  readonly words: string;
}

const rows = readFileSync(join(REPOSITORY, 'docs/requirements.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Z]{2}-\d+ \|/.test(line))
  .map(readRow);

function readRow(line: string): Row {
  const cells = line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
  const [id = '', requirement = '', builtIn = '', provedBy = ''] = cells;
  if (cells.length !== 4) throw new Error(`${id} has ${cells.length} cells, not four`);
  return { id, requirement, builtIn, provedBy };
}

function citationsOf(row: Row): Citation[] {
  return [...row.provedBy.matchAll(/`([^`]+)` · \*([^*]+)\*/g)].map(([, file = '', words = '']) => ({ file, words }));
}

const isOpen = (row: Row) => row.provedBy.includes('**open**');

describe('docs/requirements.md', () => {
  it('numbers the rows of every brief from 1, without a gap', () => {
    for (const brief of BRIEFS) {
      const numbers = rows.filter((row) => row.id.startsWith(`${brief}-`)).map((row) => Number(row.id.slice(3)));
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
      expect(numbers.length).toBeGreaterThan(10);
    }
  });

  it('proves each row by a test, or calls it open', () => {
    expect(rows.filter((row) => !isOpen(row) && citationsOf(row).length === 0).map((row) => row.id)).toEqual([]);
  });

  it('leaves no row of the briefs of vitals and records open', () => {
    expect(rows.filter((row) => /^(V[EU]|RE)-/.test(row.id) && isOpen(row)).map((row) => row.id)).toEqual([]);
  });

  it.each(rows.flatMap((row) => citationsOf(row).map((citation) => ({ id: row.id, ...citation }))))(
    '$id is proved by a test that is there: $words',
    ({ file, words }) => {
      const path = join(REPOSITORY, file);
      expect(existsSync(path) ? readFileSync(path, 'utf8') : `no file ${file}`).toContain(words);
    },
  );

  it.each(rows.flatMap((row) => placesOf(row).map((place) => ({ id: row.id, place }))))(
    '$id is built in a place that is there: $place',
    ({ place }) => {
      expect(existsSync(join(REPOSITORY, place))).toBe(true);
    },
  );
});

function placesOf(row: Row): string[] {
  return [...row.builtIn.matchAll(/`((?:skeleton|plugins|template|docs)\/[^`]+)`/g)].map(([, place = '']) => place);
}
