/** What a rendered repository does not get. */

/** Left out wherever they stand. */
const ANYWHERE = new Set(['node_modules', '.git']);

/** What builds, tests and runs leave in the skeleton's own folder. Deeper, the same name may be source. */
const AT_THE_TOP = new Set(['lib', 'dist', 'cdk.out', 'coverage', 'test-reports', 'cfn-outputs', '.local']);

/** Folders that hold a `workloads` folder with one room a workload. */
const ROOMS = new Set(['src', 'test', 'local', 'integration', 'bench']);

/** Suffix of templates: they are rendered, never copied. */
export const TEMPLATE_SUFFIX = '.hbs';

/**
 * Whether a file or folder of the skeleton is left out for a tenant of `workload`.
 *
 * @param segments its path in the skeleton.
 */
export function isLeftOut(segments: readonly string[], isFolder: boolean, workload: string): boolean {
  const [top = ''] = segments;
  const name = segments.at(-1) ?? '';
  if (segments.some((segment) => ANYWHERE.has(segment)) || AT_THE_TOP.has(top)) return true;
  if (!isFolder) return name.endsWith('.tsbuildinfo');
  return ROOMS.has(top) && segments.length > 2 && segments.at(-2) === 'workloads' && name !== workload;
}
