import type { Issue } from '../operation-outcome';

/** Elements that put a resource under, or in place of, another of its kind: none can stand under or in place of itself. */
const HIERARCHICAL: ReadonlySet<string> = new Set([
  'basedOn',
  'derivedFrom',
  'hasMember',
  'link.other',
  'link.target',
  'partOf',
  'priorPrescription',
  'relatesTo.target',
  'replaces',
]);

interface Found {
  readonly reference: string;
  readonly path: string;
  /** Names on the way, without indices: `link.other`. */
  readonly names: string;
}

/**
 * References of a resource that lead back to where they began: contained resources that refer to each other in a circle, and a resource
 * that refers to itself in an element that makes a hierarchy or replaces. What refers to the resource that contains it (`#`) is
 * legal (FHIR R4, References, "Contained Resources").
 *
 * @param resource valid by `resourceIssues`.
 * @param root place of the resource, such as `Bundle.entry[3].resource`.
 */
export function circularReferences(resource: Readonly<Record<string, unknown>>, root: string): Issue[] {
  const { resourceType, id, contained } = resource;
  const own = referencesIn({ ...resource, contained: undefined }, root);
  const toItself = typeof id === 'string' ? `${String(resourceType)}/${id}` : undefined;
  const selves = own.filter(
    ({ reference, names }) =>
      HIERARCHICAL.has(names) &&
      (reference === '#' || (toItself !== undefined && withoutVersion(reference) === toItself)),
  );
  return [
    ...selves.map(({ path }) => issue(path, 'A resource cannot stand under, or in place of, itself')),
    ...circlesOf(Array.isArray(contained) ? contained : [], root),
  ];
}

function circlesOf(contained: readonly unknown[], root: string): Issue[] {
  const edges = new Map<string, Found[]>();
  contained.forEach((one, index) => {
    if (!isObject(one) || typeof one.id !== 'string') return;
    const found = referencesIn(one, `${root}.contained[${index}]`).filter(({ reference }) => /^#./.test(reference));
    edges.set(one.id, found);
  });
  const done = new Set<string>();
  const issues: Issue[] = [];
  for (const start of edges.keys()) follow(start, new Set());
  return issues;

  function follow(id: string, way: Set<string>): void {
    if (done.has(id)) return;
    way.add(id);
    for (const { reference, path } of edges.get(id) ?? []) {
      const target = reference.slice(1);
      if (way.has(target)) issues.push(issue(path, 'Contained resources refer to each other in a circle'));
      else follow(target, way);
    }
    way.delete(id);
    done.add(id);
  }
}

function referencesIn(value: unknown, path: string, names = ''): Found[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => referencesIn(one, `${path}[${index}]`, names));
  if (!isObject(value)) return [];
  const { reference } = value;
  const own = typeof reference === 'string' ? [{ reference, path, names }] : [];
  const below = Object.entries(value).flatMap(([name, child]) =>
    typeof child === 'object' ? referencesIn(child, `${path}.${name}`, names === '' ? name : `${names}.${name}`) : [],
  );
  return [...own, ...below];
}

function withoutVersion(reference: string): string {
  return reference.replace(/\/_history\/.*$/, '');
}

function issue(expression: string, diagnostics: string): Issue {
  return { code: 'business-rule', diagnostics, expression };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
