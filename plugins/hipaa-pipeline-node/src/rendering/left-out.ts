/** What a rendered repository does not get. */
import { type Rooms, ROOMS_FILE } from '../skeleton/rooms';

/** Left out wherever they stand. */
const ANYWHERE = new Set(['node_modules', '.git']);

/** What builds, tests and runs leave in the skeleton's own folder. Deeper, the same name may be source. */
const AT_THE_TOP = new Set(['lib', 'dist', 'cdk.out', 'coverage', 'test-reports', 'cfn-outputs', '.local']);

/** Folders that hold `workloads` folders with one room a workload. */
const WITH_WORKLOADS = new Set(['src', 'test', 'local', 'integration', 'bench', 'cost', 'docs']);

/** Suffix of templates: they are rendered, never copied. */
export const TEMPLATE_SUFFIX = '.hbs';

export interface Part {
  /** Its path in the skeleton. */
  readonly segments: readonly string[];
  readonly isFolder: boolean;
}

/** Whether a file or folder of the skeleton is left out for a tenant of `workload`. */
export function isLeftOut({ segments, isFolder }: Part, workload: string, rooms: Rooms): boolean {
  const path = segments.join('/');
  if (path === ROOMS_FILE || rooms.get(path)?.includes(workload) === false) return true;
  const [top = ''] = segments;
  const name = segments.at(-1) ?? '';
  if (segments.some((segment) => ANYWHERE.has(segment)) || AT_THE_TOP.has(top)) return true;
  if (!isFolder) return name.endsWith('.tsbuildinfo');
  return WITH_WORKLOADS.has(top) && segments.length > 2 && segments.at(-2) === 'workloads' && name !== workload;
}
