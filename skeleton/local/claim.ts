import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LocalStackError } from './errors';
import { isRunning } from './launchers';

/**
 * Claims a folder for this process, since two stacks would write over each other's outputs and logs.
 *
 * @param pidFile file that holds the id of the process that has the claim. That of a process which is gone does not count.
 * @returns a function that gives the claim back.
 * @throws LocalStackError when another stack runs here.
 */
export function claim(pidFile: string): () => void {
  mkdirSync(dirname(pidFile), { recursive: true });
  // Created or not in one step: of two stacks that start at once, one finds the other's file.
  if (!tryWrite(pidFile)) {
    const owner = Number(readFileSync(pidFile, 'utf8'));
    if (Number.isInteger(owner) && owner > 0 && isRunning(owner)) {
      throw new LocalStackError(
        `A local stack runs here already (process ${owner}). Stop it first, or give this one another --directory.`,
      );
    }
    rmSync(pidFile, { force: true });
    if (!tryWrite(pidFile)) throw new LocalStackError(`Another local stack starts here at this moment (${pidFile}).`);
  }
  return () => rmSync(pidFile, { force: true });
}

function tryWrite(pidFile: string): boolean {
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
