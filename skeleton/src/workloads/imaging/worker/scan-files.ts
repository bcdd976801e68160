import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedFile } from '../store/forgotten-work';
import { INCOMING_FOLDER, isMissing } from '../upload/incoming-files';

/** A file of the folder that may belong to nobody. */
export interface FoundFile extends NamedFile {
  /** Relative to the folder of scans. */
  readonly name: string;
}

/** Names that our programs give; of other files, such as those of the file system's own, they know nothing. */
const NAME = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}))?$/;

/** Files that workers work on: `<folder>/<scan id>`. */
export class ScanFiles {
  constructor(private readonly folder: string) {}

  async prepare(): Promise<void> {
    await mkdir(join(this.folder, INCOMING_FOLDER), { recursive: true, mode: 0o700 });
  }

  path(scanId: string): string {
    return join(this.folder, scanId);
  }

  async has(scanId: string): Promise<boolean> {
    try {
      await stat(this.path(scanId));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Brings a file back: it appears when it is whole. @param write writes it to the path that it gets. */
  async restore(scanId: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = join(this.folder, INCOMING_FOLDER, `${scanId}.${crypto.randomUUID()}`);
    try {
      await write(path);
      await rename(path, this.path(scanId));
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Removes a file, if it is there. */
  async remove(scanId: string): Promise<void> {
    await rm(this.path(scanId), { force: true });
  }

  async removeFound({ name }: FoundFile): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }

  /** Files that nobody has written to for a time. */
  async olderThan(ageMs: number): Promise<FoundFile[]> {
    const found: FoundFile[] = [];
    for (const isIncoming of [false, true]) {
      const folder = isIncoming ? INCOMING_FOLDER : '';
      for (const entry of await readdir(join(this.folder, folder), { withFileTypes: true })) {
        const [, ownerId, copy] = NAME.exec(entry.name) ?? [];
        if (!entry.isFile() || ownerId === undefined) continue;
        const name = join(folder, entry.name);
        const age = await this.ageMs(name);
        if (age !== undefined && age >= ageMs) found.push({ name, ownerId, copy, isIncoming });
      }
    }
    return found;
  }

  private async ageMs(name: string): Promise<number | undefined> {
    try {
      return Date.now() - (await stat(join(this.folder, name))).mtimeMs;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}
