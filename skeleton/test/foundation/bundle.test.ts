import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { bundle } from '../../src/foundation/bundle';

const ROOT = join(__dirname, '..', '..');

describe('a bundle', () => {
  let folder: string;
  /** The folder of the sources, as an entry names it: relative to the repository's root. */
  let place: string;
  let name: string;

  beforeEach(() => {
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'dist', 'bundle-test-'));
    place = relative(ROOT, folder);
    name = `${basename(folder)}-made`;
    writeFileSync(join(folder, 'greeting.ts'), "export const greeting: string = 'hello';\n");
    writeFileSync(
      join(folder, 'entry.ts'),
      "import { readFileSync } from 'node:fs';\nimport { greeting } from './greeting';\nconst os = require('node:os') as typeof import('node:os');\nconsole.log(greeting, typeof readFileSync, typeof os.cpus, typeof __dirname);\n",
    );
    mkdirSync(join(folder, 'first'));
    mkdirSync(join(folder, 'second'));
    writeFileSync(join(folder, 'first', '1-make.sql'), 'SELECT 1;');
    writeFileSync(join(folder, 'first', 'notes.md'), 'not a migration');
    writeFileSync(join(folder, 'second', '2-make.sql'), 'SELECT 2;');
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(ROOT, 'dist', name), { recursive: true, force: true });
  });

  const make = () =>
    bundle({
      name,
      entry: `${place}/entry.ts`,
      migrationFolders: [`${place}/first`, `${place}/second`],
      files: [`${place}/Dockerfile`],
    });

  it('is one file that runs by itself, with migrations of all folders and further files beside it', () => {
    const directory = make();

    expect(directory).toBe(join(ROOT, 'dist', name));
    expect(readdirSync(directory).sort()).toEqual(['Dockerfile', 'index.mjs', 'migrations']);
    expect(readdirSync(join(directory, 'migrations')).sort()).toEqual(['1-make.sql', '2-make.sql']);
    rmSync(join(folder, 'greeting.ts'));
    expect(spawnSync(process.execPath, [join(directory, 'index.mjs')], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: 'hello function function string\n',
    });
  });

  it('is the same when the sources are, and leaves what is there untouched', () => {
    const before = statSync(join(make(), 'index.mjs'));
    const after = statSync(join(make(), 'index.mjs'));

    expect(after.ino).toBe(before.ino);
  });

  it('is replaced when the sources change', () => {
    make();
    writeFileSync(join(folder, 'greeting.ts'), "export const greeting: string = 'good night';\n");

    expect(readFileSync(join(make(), 'index.mjs'), 'utf8')).toContain('good night');
  });

  it('is refused when two migrations have one name, since one would be lost', () => {
    writeFileSync(join(folder, 'second', '1-make.sql'), 'SELECT 3;');

    expect(make).toThrow(`Two migrations are named 1-make.sql: in ${place}/first and in ${place}/second.`);
  });

  it('is refused when there is no such entry, and leaves nothing behind', () => {
    expect(() => bundle({ name, entry: `${place}/nothing.ts` })).toThrow(`There is no ${place}/nothing.ts to bundle.`);
    writeFileSync(join(folder, 'entry.ts'), "import './nowhere';\n");
    expect(make).toThrow('Could not resolve');
    expect(readdirSync(join(ROOT, 'dist')).filter((entry) => entry === name)).toEqual([]);
  });
});
