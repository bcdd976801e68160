/** Puts a planned rendering into its target: all of it, or nothing. */
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, lstat, mkdir, readdir, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileSystemReason, isFileSystemError, RenderingError } from '../errors';
import type { PlannedEntry } from './plan';

/**
 * Refuses a target that holds something. A target that does not exist, or is an empty folder, is fine.
 *
 * @throws RenderingError `TARGET_NOT_EMPTY`, or `TARGET_UNUSABLE` for what is no folder.
 */
export async function checkTarget(target: string): Promise<void> {
  try {
    const stats = await lstat(target);
    if (!stats.isDirectory()) {
      const kind = stats.isSymbolicLink() ? 'a symbolic link' : 'a file';
      throw new RenderingError('TARGET_UNUSABLE', `The target ${target} is ${kind}, not a folder. Name another.`);
    }
    const found = await readdir(target);
    if (found.length > 0) throw notEmpty(target);
  } catch (error) {
    if (error instanceof RenderingError) throw error;
    if (isFileSystemError(error, 'ENOENT')) return;
    throw unusable(target, error);
  }
}

/**
 * Writes into a new folder beside the target and moves that into place, so no reader ever sees half a rendering.
 *
 * @throws RenderingError as `checkTarget`, or `TARGET_UNUSABLE` where writing failed; then all is as it was before.
 */
export async function writeRendering(entries: readonly PlannedEntry[], target: string): Promise<void> {
  await checkTarget(target);
  const parent = dirname(target);
  const beside = join(parent, `.${basename(target)}.${randomBytes(6).toString('hex')}.rendering`);
  let madeParent: string | undefined;
  try {
    madeParent = await mkdir(parent, { recursive: true });
    await mkdir(beside);
    for (const entry of entries) await writeEntry(entry, beside);
    await moveIntoPlace(beside, target);
  } catch (error) {
    await rm(madeParent ?? beside, { recursive: true, force: true });
    throw error instanceof RenderingError ? error : unusable(target, error);
  }
}

async function writeEntry(entry: PlannedEntry, root: string): Promise<void> {
  const path = join(root, entry.path);
  await mkdir(dirname(path), { recursive: true });
  if (entry.kind === 'link') {
    await symlink(entry.target, path);
    return;
  }
  if (entry.kind === 'copy') await copyFile(entry.from, path);
  else await writeFile(path, entry.text, { encoding: 'utf8', flag: 'wx' });
  // Past the process's umask, which would take bits away.
  await chmod(path, entry.mode);
}

/** An empty folder makes way first. Someone else's file that came meanwhile makes either step fail, and stays. */
async function moveIntoPlace(beside: string, target: string): Promise<void> {
  try {
    await rmdir(target);
  } catch (error) {
    if (isFileSystemError(error, 'ENOTEMPTY') || isFileSystemError(error, 'EEXIST')) throw notEmpty(target);
    if (!isFileSystemError(error, 'ENOENT')) throw error;
  }
  try {
    await rename(beside, target);
  } catch (error) {
    if (isFileSystemError(error, 'ENOTEMPTY') || isFileSystemError(error, 'EEXIST')) throw notEmpty(target);
    throw error;
  }
}

function notEmpty(target: string): RenderingError {
  return new RenderingError('TARGET_NOT_EMPTY', `The target ${target} is not empty; nothing was changed. Name another.`);
}

function unusable(target: string, cause: unknown): RenderingError {
  return new RenderingError('TARGET_UNUSABLE', `The target ${target} cannot be written: ${fileSystemReason(cause)}.`, {
    cause,
  });
}
