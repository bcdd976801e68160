import { createHash, randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** Root of the repository: entries are named relative to it. */
const ROOT = resolve(__dirname, '..', '..');

/**
 * An ES module has no `require`; bundled CommonJS packages ask for it when they load a module of Node's own.
 * Its name is not `createRequire`, which bundled modules may import as well.
 */
const BANNER =
  "import { createRequire as bundleCreateRequire } from 'node:module'; const require = bundleCreateRequire(import.meta.url);";

export interface Bundle {
  /** Names the folder, `dist/<name>`. */
  readonly name: string;
  /** TypeScript file to start from, relative to the repository's root. */
  readonly entry: string;
  /** Folders whose `.sql` files are laid into `migrations/`, relative to the repository's root. Default: none. */
  readonly migrationFolders?: readonly string[];
  /** Further files to lay beside the bundle, relative to the repository's root. Default: none. */
  readonly files?: readonly string[];
}

/**
 * Bundles an entry and all it imports into one file, `dist/<name>/index.mjs`, with its migrations and files beside it.
 * The same input gives the same bytes, so an asset changes only when the code does.
 *
 * @returns the absolute path of the folder.
 * @throws Error when the entry is missing, when esbuild finds a fault, or when two migrations have one name.
 */
export function bundle({ name, entry, migrationFolders = [], files = [] }: Bundle): string {
  const entryFile = join(ROOT, entry);
  if (!existsSync(entryFile)) throw new Error(`There is no ${entry} to bundle.`);
  const dist = join(ROOT, 'dist');
  const target = join(dist, name);
  // Made aside and moved into place whole: tests in several processes bundle the same entry at the same time.
  const draft = join(dist, `.draft-${randomUUID()}`);
  mkdirSync(draft, { recursive: true });
  try {
    buildSync({
      entryPoints: [entryFile],
      outfile: join(draft, 'index.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      // Packages that ship both kinds are taken as ES modules, which esbuild can trim.
      mainFields: ['module', 'main'],
      conditions: ['node'],
      // `pg` loads it only when asked to; the pure JavaScript client is the one we use.
      external: ['pg-native'],
      banner: { js: BANNER },
      define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
      keepNames: true,
      legalComments: 'none',
      absWorkingDir: ROOT,
      // The error that is thrown tells all of it.
      logLevel: 'silent',
    });
    layMigrations(draft, migrationFolders);
    for (const file of files) copyFileSync(join(ROOT, file), join(draft, file.slice(file.lastIndexOf('/') + 1)));
    moveIntoPlace(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}

function layMigrations(draft: string, folders: readonly string[]): void {
  const origins = new Map<string, string>();
  for (const folder of folders) {
    for (const file of readdirSync(join(ROOT, folder))
      .filter((candidate) => candidate.endsWith('.sql'))
      .sort()) {
      const other = origins.get(file);
      if (other !== undefined) throw new Error(`Two migrations are named ${file}: in ${other} and in ${folder}.`);
      origins.set(file, folder);
      mkdirSync(join(draft, 'migrations'), { recursive: true });
      copyFileSync(join(ROOT, folder, file), join(draft, 'migrations', file));
    }
  }
}

/** Leaves a folder that is the same already alone, since another process may be reading it. */
function moveIntoPlace(draft: string, target: string): void {
  if (existsSync(target) && digest(target) === digest(draft)) return;
  const old = `${draft}-old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(draft, target);
  rmSync(old, { recursive: true, force: true });
}

function digest(folder: string): string {
  const hash = createHash('sha256');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    hash
      .update(`${relative(folder, path)}\n`)
      .update(readFileSync(path))
      .update('\n');
  }
  return hash.digest('hex');
}
