import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { OperationError } from './errors';
import type { Sink } from './sink';

/**
 * A new file that only its owner can read (mode 0600). The name is taken at once by an empty file, so that nothing is ever
 * overwritten; the data takes its place when all of it is written. Whoever finds an empty file beside a `.partial` one sees
 * that the program was killed.
 *
 * @throws OperationError (`usage`) when the file is there, or its folder is not or cannot be written to.
 */
export async function openFileSink(path: string): Promise<Sink> {
  const partial = `${path}.partial`;
  await (await create(path)).close();
  let file: FileHandle;
  try {
    file = await create(partial);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  let isOpen = true;
  const close = async () => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    place: path,
    write: async (chunk) => file.writeFile(chunk),
    close: async () => {
      await file.sync();
      await close();
      await rename(partial, path);
    },
    discard: async () => {
      await close().catch(() => undefined);
      for (const name of [partial, path]) await rm(name, { force: true }).catch(() => undefined);
    },
  };
}

const FAULTS: Readonly<Record<string, string>> = {
  EEXIST: 'is there already, and is not overwritten: name another file, or move it away',
  ENOENT: 'cannot be made, since its folder does not exist: make the folder first',
  ENOTDIR: 'cannot be made, since its folder is a file',
  EISDIR: 'is a folder: name a file',
  EACCES: 'cannot be made: its folder cannot be written to',
  EPERM: 'cannot be made: its folder cannot be written to',
  EROFS: 'cannot be made: its disk is read-only',
};

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    const fault = FAULTS[code];
    if (fault === undefined) throw error;
    throw new OperationError('usage', `--output ${path} ${fault}.`, { cause: error });
  }
}
