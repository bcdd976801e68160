import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { REPOSITORY_ROOT } from './repository-root';

const APP = join(REPOSITORY_ROOT, 'plugins/app');
/** Packages of this repository that the pages are built from, by folder. */
const SOURCES = ['plugins/app', 'plugins/hipaa-pipeline', 'plugins/hipaa-pipeline-node'].map((folder) => join(REPOSITORY_ROOT, folder));
const STAMP = join(APP, 'dist/.built-from');
const LAST_WORDS_MAX_LENGTH = 4_000;

/**
 * Builds the pages, unless they have been built from the very same sources.
 *
 * @returns whether a build was needed.
 * @throws Error with the build's last words when it fails.
 */
export async function buildFrontEnd(tell: (phrase: string) => void): Promise<boolean> {
  const sources = await fingerprint();
  if (existsSync(STAMP) && (await readFile(STAMP, 'utf8')) === sources) return false;
  tell('building the pages (half a minute, only the first time)');
  await rm(join(APP, 'dist'), { recursive: true, force: true });
  await runBuild();
  await writeFile(STAMP, sources);
  return true;
}

function runBuild(): Promise<void> {
  return new Promise((resolve, reject) => {
    const cli = require.resolve('@backstage/cli-module-build/package.json');
    const program = join(cli, '../bin/backstage-cli-module-build');
    const build = spawn(process.execPath, [program, 'package', 'build', '--config', join(REPOSITORY_ROOT, 'app-config.yaml')], {
      cwd: APP,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    const listen = (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-LAST_WORDS_MAX_LENGTH);
    };
    build.stdout.on('data', listen);
    build.stderr.on('data', listen);
    build.once('error', reject);
    build.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The pages could not be built:\n${words}`));
    });
  });
}

/** Of everything that the build reads in this repository; installed packages are named by the lock file. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const files = [
    join(REPOSITORY_ROOT, 'app-config.yaml'),
    join(REPOSITORY_ROOT, 'package-lock.json'),
    ...SOURCES.map((folder) => join(folder, 'package.json')),
    ...(await Promise.all(SOURCES.map((folder) => filesUnder(join(folder, 'src'))))).flat(),
    ...(await filesUnder(join(APP, 'public'))),
  ];
  for (const file of files) {
    hash.update(`${relative(REPOSITORY_ROOT, file)}\n`).update(await readFile(file));
  }
  return hash.digest('hex');
}

async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
