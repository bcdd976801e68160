/** Parts of a skeleton that several workloads share and others do without. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { reasonOf, RenderingError } from '../errors';
import { WORKLOADS } from '../settings/tenant';

/** Where a skeleton lists them. The list itself is no part of a tenant's repository. */
export const ROOMS_FILE = '.rooms.json';

/** Workloads that get a file or a folder, by its path in the skeleton, with forward slashes. What is not listed, all get. */
export type Rooms = ReadonlyMap<string, readonly string[]>;

const roomsSchema = z.record(z.string(), z.array(z.string()).min(1));

/**
 * Reads the list; a skeleton without one has no such parts.
 *
 * @throws RenderingError `SKELETON_INVALID` for a list that cannot be read, or names what is not there.
 */
export async function readRooms(folder: string): Promise<Rooms> {
  const file = join(folder, ROOMS_FILE);
  if (!existsSync(file)) return new Map();
  try {
    const rooms = new Map(Object.entries(roomsSchema.parse(JSON.parse(await readFile(file, 'utf8')))));
    for (const [path, owners] of rooms) {
      if (!existsSync(join(folder, path))) throw new Error(`it names ${path}, which is not there`);
      const unknown = owners.find((owner) => !WORKLOADS.some((workload) => workload === owner));
      if (unknown !== undefined) throw new Error(`it gives ${path} to ${unknown}, which is no workload`);
    }
    return rooms;
  } catch (error) {
    throw new RenderingError('SKELETON_INVALID', `The ${ROOMS_FILE} of the skeleton ${folder} cannot be used: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}
