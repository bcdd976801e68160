import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Folder, inside that of the scans, of files that are not whole yet. */
export const INCOMING_FOLDER = '.incoming';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const COPY_BLOCK_BYTES = 1024 * 1024;

/** Name of the file with an upload's bytes. A name that a sender gave is never part of it. */
export function incomingFileName(uploadId: string, copy: string | undefined): string {
  return copy === undefined ? uploadId : `${uploadId}.${copy}`;
}

export interface PrefixCopy {
  readonly uploadId: string;
  /** The upload's file. */
  readonly copy: string | undefined;
  readonly bytes: number;
  /** The new one. */
  readonly to: string;
}

/**
 * Files on their way in: `<folder>/.incoming/<id>` while they arrive, `<folder>/<id>` as soon as they are whole and right.
 *
 * What was synchronized is durable in several zones before `fsync` answers, and whoever opens a file after it was closed here sees
 * all of it (Amazon EFS, "Features", data consistency: close-to-open). Creating, renaming and removing go to the server at once.
 */
export class IncomingFiles {
  constructor(private readonly folder: string) {}

  /** Makes the folders. */
  async prepare(): Promise<void> {
    await mkdir(join(this.folder, INCOMING_FOLDER), { recursive: true, mode: FOLDER_MODE });
  }

  /** Where an upload's bytes are while they arrive. */
  path(uploadId: string, copy?: string): string {
    return join(this.folder, INCOMING_FOLDER, incomingFileName(uploadId, copy));
  }

  /** Where a whole file is. */
  finalPath(uploadId: string): string {
    return join(this.folder, uploadId);
  }

  /** Makes an empty file. @throws Node's EEXIST when it is there. */
  async create(uploadId: string): Promise<FileHandle> {
    return open(this.path(uploadId), 'wx', FILE_MODE);
  }

  async openToWrite(uploadId: string, copy: string | undefined): Promise<FileHandle> {
    return open(this.path(uploadId, copy), 'r+');
  }

  /**
   * Copies the first bytes of an upload to a new file, `to`.
   *
   * A process may have ended between putting a whole file in its place and saying so in the database; its bytes are found there then.
   *
   * @throws Error when the file has fewer bytes, Node's ENOENT when there is none.
   */
  async copyPrefix({ uploadId, copy, bytes, to }: PrefixCopy): Promise<void> {
    const source = await open(this.path(uploadId, copy), 'r').catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      return open(this.finalPath(uploadId), 'r');
    });
    try {
      const target = await open(this.path(uploadId, to), 'wx', FILE_MODE);
      try {
        await copyBytes(source, target, bytes);
        await target.datasync();
      } finally {
        await target.close();
      }
    } catch (error) {
      await this.remove(uploadId, to);
      throw error;
    } finally {
      await source.close();
    }
  }

  /** Puts a whole file in its place, durably. Its bytes have been synchronized before. */
  async place(uploadId: string, copy: string | undefined): Promise<void> {
    await rename(this.path(uploadId, copy), this.finalPath(uploadId));
    await synchronizeFolder(this.folder);
  }

  /** Undoes `place`. */
  async takeBack(uploadId: string, copy: string | undefined): Promise<void> {
    await rename(this.finalPath(uploadId), this.path(uploadId, copy));
  }

  /** Removes a file that is still incoming, if it is there. */
  async remove(uploadId: string, copy?: string): Promise<void> {
    await rm(this.path(uploadId, copy), { force: true });
  }

  /** Removes a file that was put in its place though it never was received, if it is there. */
  async removePlaced(uploadId: string): Promise<void> {
    await rm(this.finalPath(uploadId), { force: true });
  }
}

/** Whether an error of Node.js says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

async function copyBytes(source: FileHandle, target: FileHandle, bytes: number): Promise<void> {
  const block = Buffer.allocUnsafe(Math.min(COPY_BLOCK_BYTES, Math.max(bytes, 1)));
  for (let position = 0; position < bytes;) {
    const { bytesRead } = await source.read(block, 0, Math.min(block.length, bytes - position), position);
    if (bytesRead === 0) throw new Error('the file of an upload has fewer bytes than were committed');
    await target.write(block, 0, bytesRead, position);
    position += bytesRead;
  }
}

/** On a local disk, a name is durable only when its folder is. */
async function synchronizeFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
