/** Makes git repositories under one root of this machine. */
import { cp, lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '@backstage/errors';
import { TENANT_ID_MAX_LENGTH, TENANT_ID_PATTERN } from 'hipaa-pipeline-node';
import git from 'isomorphic-git';
import type { LocalGitOptions } from '../options';

const BRANCH = 'main';

export interface RepositoryRequest {
  /** Names the folder under the root. */
  readonly tenantId: string;
  /** Folder whose files become the first commit. */
  readonly source: string;
  readonly message: string;
  /** Id of the task: a repository that the same task made is taken for made. */
  readonly taskId: string;
}

/**
 * Path of a tenant's repository, whose parent is the root and nothing else.
 *
 * @throws InputError for a tenant id that is none: with it, no path can leave the root.
 */
export async function repositoryPath(root: string, tenantId: string): Promise<string> {
  if (!TENANT_ID_PATTERN.test(tenantId) || tenantId.length > TENANT_ID_MAX_LENGTH) {
    throw new InputError(
      `tenantId is ${JSON.stringify(tenantId)}: expected lower-case letters, digits and single hyphens, ` +
        `${TENANT_ID_MAX_LENGTH} characters at most`,
    );
  }
  const path = join(await existing(root), tenantId);
  if (await isLink(path)) throw new InputError(`${path} is a symbolic link: it would lead out of the root. Remove it.`);
  return path;
}

/**
 * Copies the source beside its place, commits it on `main`, and moves the repository into place.
 *
 * @returns the commit.
 * @throws InputError where the folder holds something that this task did not make; it stays as it is.
 */
export async function createRepository(
  { root, author }: LocalGitOptions,
  { tenantId, source, message, taskId }: RepositoryRequest,
): Promise<string> {
  await mkdir(root, { recursive: true });
  const path = await repositoryPath(root, tenantId);
  const signed = `${message}\n\nScaffolder-Task: ${taskId}\n`;
  if (await holdsSomething(path)) {
    const made = await commitOf(path, signed);
    if (made === undefined) throw new InputError(`${path} is not empty; nothing was changed. Choose another tenant id.`);
    return made;
  }
  const beside = join(root, `.${tenantId}.${safeName(taskId)}.publishing`);
  try {
    // What an earlier try of this task may have left.
    await rm(beside, { recursive: true, force: true });
    await cp(source, beside, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (from) => basename(from) !== '.git',
    });
    await git.init({ fs, dir: beside, defaultBranch: BRANCH });
    await git.add({ fs, dir: beside, filepath: '.' });
    const commit = await git.commit({ fs, dir: beside, author, message: signed });
    await rename(beside, path);
    return commit;
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}

/** The first commit of a repository, if it carries this message. */
async function commitOf(path: string, message: string): Promise<string | undefined> {
  try {
    const log = await git.log({ fs, dir: path, ref: BRANCH });
    const first = log.at(-1);
    return first?.commit.message === message ? first.oid : undefined;
  } catch {
    // No repository, or none with this branch: somebody's folder.
    return undefined;
  }
}

async function existing(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch {
    return root;
  }
}

async function holdsSomething(path: string): Promise<boolean> {
  try {
    return !(await lstat(path)).isDirectory() || (await readdir(path)).length > 0;
  } catch {
    return false;
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

function safeName(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, '');
}
