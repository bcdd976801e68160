import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { provenanceOf } from '../../src';
import { removeTemporaryFolders, temporaryFolder, writeFiles } from '../support/folders';

const unknown = { source: 'local', commit: null, modified: false };

function git(folder: string, ...args: string[]): string {
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@pipeline.example', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', folder, ...author, ...args], { encoding: 'utf8' }).trim();
}

/** A repository with a committed skeleton in the folder `skeleton`. */
function platform(remote?: string) {
  const root = temporaryFolder();
  writeFiles(root, { 'skeleton/package.json': '{}', 'skeleton/.gitignore': 'node_modules\n', 'README.md': 'platform' });
  git(root, 'init', '--quiet');
  git(root, 'add', '.');
  git(root, 'commit', '--quiet', '-m', 'First');
  if (remote) git(root, 'remote', 'add', 'origin', remote);
  return { root, skeleton: join(root, 'skeleton'), commit: git(root, 'rev-parse', 'HEAD') };
}

afterEach(removeTemporaryFolders);

it('is the commit and the folder within the remote', async () => {
  const { skeleton, commit } = platform('https://git.example/acme/platform.git');
  expect(await provenanceOf(skeleton)).toEqual({
    source: 'https://git.example/acme/platform.git#skeleton',
    commit,
    modified: false,
  });
});

it.each([
  ['https://someone:token@git.example/acme/platform.git', 'https://git.example/acme/platform.git#skeleton'],
  ['https://token@git.example/acme/platform.git', 'https://git.example/acme/platform.git#skeleton'],
  ['ssh://git:password@git.example/acme/platform.git', 'ssh://git@git.example/acme/platform.git#skeleton'],
  ['git@git.example:acme/platform.git', 'git@git.example:acme/platform.git#skeleton'],
  ['/srv/platform.git', 'local'],
  ['file:///srv/platform.git', 'local'],
])('writes the remote %s as %s: no credentials, no path of this machine', async (remote, source) => {
  expect((await provenanceOf(platform(remote).skeleton)).source).toBe(source);
});

it('tells a skeleton that differs from its commit, and ignores what git ignores and what lies beside it', async () => {
  const { root, skeleton } = platform();
  writeFiles(root, { 'README.md': 'changed', 'skeleton/node_modules/x.js': '' });
  expect((await provenanceOf(skeleton)).modified).toBe(false);
  writeFiles(skeleton, { 'new.ts': '' });
  expect((await provenanceOf(skeleton)).modified).toBe(true);
});

it('is unknown outside of a repository, before its first commit, and where the repository does not know the folder', async () => {
  expect(await provenanceOf(temporaryFolder())).toEqual(unknown);
  const fresh = temporaryFolder();
  git(fresh, 'init', '--quiet');
  writeFiles(fresh, { 'package.json': '{}' });
  git(fresh, 'add', '.');
  expect(await provenanceOf(fresh)).toEqual(unknown);
  const { root } = platform();
  mkdirSync(join(root, 'skeleton/node_modules/installed'), { recursive: true });
  writeFiles(root, { 'skeleton/node_modules/installed/package.json': '{}' });
  expect(await provenanceOf(join(root, 'skeleton/node_modules/installed'))).toEqual(unknown);
});
