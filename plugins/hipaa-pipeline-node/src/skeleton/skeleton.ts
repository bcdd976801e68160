/** A skeleton: a folder with the tenant app, living in place. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileSystemReason, RenderingError } from '../errors';
import { readRooms } from './rooms';
import type { Rooms } from './rooms';

/** Where the workloads of a skeleton lie. */
const WORKLOADS_FOLDER = join('src', 'workloads');

/** Where a skeleton came from, as far as that is known. */
export interface Provenance {
  /** Address of the skeleton without credentials, or `local` where it has none. */
  readonly source: string;
  /** Commit of the skeleton's repository, forty hexadecimal digits; `null` where it is in none. */
  readonly commit: string | null;
  /** True where the skeleton differed from that commit: what was rendered is then found in no history. */
  readonly modified: boolean;
}

export interface Skeleton {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** `version` of its package.json. */
  readonly version: string;
  /** Names of the workloads it holds, sorted. */
  readonly workloads: readonly string[];
  /** Parts that not every workload gets. */
  readonly rooms: Rooms;
}

/**
 * Opens a skeleton.
 *
 * @throws RenderingError `SKELETON_NOT_FOUND` where the folder is not there, `SKELETON_INVALID` where it is no skeleton.
 */
export async function openSkeleton(folder: string): Promise<Skeleton> {
  const absolute = resolve(folder);
  try {
    if (!(await stat(absolute)).isDirectory()) {
      throw new RenderingError('SKELETON_NOT_FOUND', `The skeleton ${absolute} is a file, not a folder.`);
    }
  } catch (error) {
    if (error instanceof RenderingError) throw error;
    throw new RenderingError('SKELETON_NOT_FOUND', `No skeleton at ${absolute}: ${fileSystemReason(error)}.`, {
      cause: error,
    });
  }
  const [version, workloads, rooms] = await Promise.all([readVersion(absolute), readWorkloads(absolute), readRooms(absolute)]);
  return { folder: absolute, version, workloads, rooms };
}

async function readVersion(folder: string): Promise<string> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
    throw new Error('it names no version');
  } catch (error) {
    throw new RenderingError(
      'SKELETON_INVALID',
      `The package.json of the skeleton ${folder} cannot be used: ${fileSystemReason(error)}.`,
      { cause: error },
    );
  }
}

/** A folder is a workload by the file that adds it to a stack: one that is being built has none yet, and nobody is offered it. */
async function readWorkloads(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(join(folder, WORKLOADS_FOLDER), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const areWhole = await Promise.all(folders.map((name) => isFile(join(folder, WORKLOADS_FOLDER, name, `${name}.service.ts`))));
    const names = folders.filter((_, index) => areWhole[index]);
    if (names.length === 0) throw new Error('it is empty');
    return names.sort();
  } catch (error) {
    throw new RenderingError(
      'SKELETON_INVALID',
      `The skeleton ${folder} has no workloads in ${WORKLOADS_FOLDER}: ${fileSystemReason(error)}.`,
      { cause: error },
    );
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
