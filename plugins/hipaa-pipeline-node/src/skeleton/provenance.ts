/** Where a skeleton on this machine came from, as told by git. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Provenance } from './skeleton';

const run = promisify(execFile);

/**
 * Source, commit and state of a skeleton's folder.
 *
 * Where git is not installed, or the folder is not part of a repository's history, all is unknown: `local`, no commit.
 */
export async function provenanceOf(folder: string): Promise<Provenance> {
  const tracked = await git(folder, ['ls-files', '--', 'package.json']);
  const commit = tracked ? await git(folder, ['rev-parse', 'HEAD']) : undefined;
  if (!commit) return { source: 'local', commit: null, modified: false };
  const [remote, prefix, changes] = await Promise.all([
    git(folder, ['config', '--get', 'remote.origin.url']),
    git(folder, ['rev-parse', '--show-prefix']),
    git(folder, ['status', '--porcelain', '--', '.']),
  ]);
  return { source: sourceOf(remote, prefix), commit, modified: changes !== '' };
}

/** A remote's address without its credentials, and the folder within it: `https://host/platform.git#skeleton`. */
function sourceOf(remote: string | undefined, prefix: string | undefined): string {
  const address = remote ? withoutCredentials(remote) : undefined;
  if (!address) return 'local';
  const path = prefix?.replace(/\/$/, '');
  return path ? `${address}#${path}` : address;
}

/** `undefined` for a path on this machine, which tells nobody else anything. */
function withoutCredentials(remote: string): string | undefined {
  if (/^[\w.-]+@[\w.-]+:/.test(remote)) return remote;
  if (!URL.canParse(remote)) return undefined;
  const url = new URL(remote);
  if (url.protocol === 'file:') return undefined;
  url.password = '';
  if (url.protocol !== 'ssh:') url.username = '';
  return url.href;
}

/** Output of a git command, trimmed; `undefined` where it failed. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['-C', folder, ...args], { windowsHide: true });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
