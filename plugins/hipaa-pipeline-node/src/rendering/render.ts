/** Renders a tenant's repository from a skeleton. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { RenderingError } from '../errors';
import { checkAnswers } from '../settings/check-answers';
import type { TenantSettings } from '../settings/tenant';
import type { Provenance } from '../skeleton/skeleton';
import { openSkeleton } from '../skeleton/skeleton';
import { planRendering } from './plan';
import { planRecord } from './record';
import { checkTarget, writeRendering } from './write';

export interface RenderingRequest {
  /** As a person gave them; nothing is taken on trust. */
  readonly answers: unknown;
  /** Folder of the skeleton. */
  readonly skeleton: string;
  /** Where the skeleton came from, for the record. */
  readonly provenance: Provenance;
  /** Folder to make: absent, or empty. */
  readonly target: string;
}

export interface Rendering {
  readonly settings: TenantSettings;
  /** Paths written, with forward slashes, sorted. */
  readonly files: readonly string[];
}

/**
 * Judges everything, plans everything, then writes all of it or nothing.
 *
 * @throws RenderingError with one of its codes; the target is then as it was before.
 */
export async function renderSkeleton(request: RenderingRequest): Promise<Rendering> {
  const target = resolve(request.target);
  const skeleton = await openSkeleton(request.skeleton);
  const settings = checkAnswers(request.answers, skeleton.workloads);
  await refuseInside(target, skeleton.folder);
  await checkTarget(target);
  const entries = await planRendering(skeleton, settings);
  entries.push(planRecord(skeleton, request.provenance, request.answers));
  await writeRendering(entries, target);
  return { settings, files: entries.map((entry) => entry.path).sort() };
}

async function refuseInside(target: string, folder: string): Promise<void> {
  const path = relative(await realpath(folder), await realOrPlanned(target));
  const inside = path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path));
  if (inside) {
    throw new RenderingError('TARGET_UNUSABLE', `The target ${target} lies inside the skeleton ${folder}. Name another.`);
  }
}

/** The path with links resolved as far as it exists. */
async function realOrPlanned(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realOrPlanned(parent), path.slice(parent.length));
  }
}
