/** What a rendering will write, worked out before anything is written. */
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, posix } from 'node:path';
import { fileSystemReason, RenderingError } from '../errors';
import { settingsOfWorkload, type TenantSettings } from '../settings/tenant';
import type { Skeleton } from '../skeleton/skeleton';
import { isLeftOut, TEMPLATE_SUFFIX } from './left-out';
import { renderTemplate } from './template';

interface Planned {
  /** Path in the rendered repository, with forward slashes. */
  readonly path: string;
}

export type PlannedEntry = Planned &
  (
    | { readonly kind: 'copy'; readonly from: string; readonly mode: number }
    | { readonly kind: 'text'; readonly text: string; readonly mode: number }
    | { readonly kind: 'link'; readonly target: string }
  );

/**
 * All files and links of a tenant's repository, sorted by path. Folders without a file are not kept, as in git.
 *
 * @throws RenderingError `SKELETON_INVALID` for what cannot be rendered, `TEMPLATE_INVALID` for a template that is wrong.
 */
export async function planRendering(skeleton: Skeleton, settings: TenantSettings): Promise<PlannedEntry[]> {
  const entries: PlannedEntry[] = [];
  try {
    await planFolder([], entries, skeleton, settings);
  } catch (error) {
    if (error instanceof RenderingError) throw error;
    throw new RenderingError(
      'SKELETON_INVALID',
      `The skeleton ${skeleton.folder} cannot be read: ${fileSystemReason(error)}.`,
      { cause: error },
    );
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function planFolder(
  segments: readonly string[],
  entries: PlannedEntry[],
  skeleton: Skeleton,
  settings: TenantSettings,
): Promise<void> {
  const names = (await readdir(join(skeleton.folder, ...segments))).sort();
  for (const name of names) {
    const path = [...segments, name];
    const from = join(skeleton.folder, ...path);
    const stats = await lstat(from);
    const part = { segments: path, isFolder: stats.isDirectory() };
    if (isLeftOut(part, settings.workload, skeleton.rooms)) continue;
    // Rendered from the template beside it.
    if (names.includes(`${name}${TEMPLATE_SUFFIX}`)) continue;
    if (stats.isDirectory()) await planFolder(path, entries, skeleton, settings);
    else if (stats.isSymbolicLink()) entries.push(planLink(path.join('/'), await readlink(from)));
    else if (stats.isFile()) entries.push(await planFile(path.join('/'), from, stats.mode & 0o777, settings));
    else throw new RenderingError('SKELETON_INVALID', `${path.join('/')} in the skeleton is no file, folder or link.`);
  }
}

async function planFile(path: string, from: string, mode: number, settings: TenantSettings): Promise<PlannedEntry> {
  if (!path.endsWith(TEMPLATE_SUFFIX)) return { kind: 'copy', path, from, mode };
  const text = renderTemplate(await readFile(from, 'utf8'), settingsOfWorkload(settings), path);
  return { kind: 'text', path: path.slice(0, -TEMPLATE_SUFFIX.length), text, mode };
}

/** A link is kept as it is, so it must make sense in the tenant's repository: within it, and by a relative path. */
function planLink(path: string, target: string): PlannedEntry {
  const reached = posix.join(dirname(path), target);
  if (isAbsolute(target) || reached === '..' || reached.startsWith('../')) {
    throw new RenderingError('SKELETON_INVALID', `The link ${path} leads out of the skeleton, to ${target}.`);
  }
  return { kind: 'link', path, target };
}
