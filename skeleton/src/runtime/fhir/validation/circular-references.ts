import type { Issue } from '../operation-outcome';

/** Elements that put a resource under another one: who goes up from one comes to an end, unless they lead in a circle. */
const UPWARD: ReadonlySet<string> = new Set([
  'basedOn',
  'derivedFrom',
  'hasMember',
  'partOf',
  'priorPrescription',
  'replaces',
]);

/**
 * Where a resource may refer to itself: in an extension, since R4 does not say what it means, and where a document relates to another,
 * which puts none above the other: HL7's own example of a DocumentReference relates to itself.
 */
const MAY_REFER_TO_ITSELF = /(?:^|\.)(?:extension|modifierExtension|relatesTo)\./;

interface Found {
  readonly reference: string;
  readonly path: string;
  /** Names on the way, without indices: `link.other`. */
  readonly names: string;
}

/**
 * References of a resource that lead back to where they began: contained resources that refer to each other in a circle, and a resource
 * that refers to itself, which no element of R4 is for. What is contained may refer to what contains it, by `#` (FHIR R4, References,
 * "Contained Resources").
 *
 * @param resource valid by `resourceIssues`.
 * @param root place of the resource, such as `Bundle.entry[3].resource`.
 */
export function circularReferences(resource: Readonly<Record<string, unknown>>, root: string): Issue[] {
  const { resourceType, id, contained } = resource;
  const toItself = typeof id === 'string' ? `${String(resourceType)}/${id}` : undefined;
  const selves = referencesIn({ ...resource, contained: undefined }, root).filter(
    ({ reference, names }) =>
      (reference === '#' || (toItself !== undefined && withoutVersion(reference) === toItself)) &&
      !MAY_REFER_TO_ITSELF.test(names),
  );
  return [
    ...selves.map(({ path }) => issue(path, 'A resource cannot refer to itself')),
    ...circlesOfContained(Array.isArray(contained) ? contained : [], root),
  ];
}

function circlesOfContained(contained: readonly unknown[], root: string): Issue[] {
  const edges = new Map<string, Found[]>();
  contained.forEach((one, index) => {
    if (!isObject(one) || typeof one.id !== 'string') return;
    const found = referencesIn(one, `${root}.contained[${index}]`).filter(({ reference }) => /^#./.test(reference));
    edges.set(one.id, found);
  });
  return circlesOf(edges, (reference) => reference.slice(1)).map((path) =>
    issue(path, 'Contained resources refer to each other in a circle'),
  );
}

/** A resource that comes with others, and may be referred to by them. */
export interface Referable {
  /** As others refer to it: `Type/id`. */
  readonly target: string;
  readonly resource: unknown;
  /** Place of the resource, such as `Bundle.entry[3].resource`. */
  readonly root: string;
}

/** References by which resources that come together are each under the other, element by element: `partOf` that leads back by `partOf`. */
export function circlesAmong(resources: readonly Referable[]): Issue[] {
  const found = resources.map(({ target, resource, root }) => ({
    target,
    references: referencesIn(resource, root).filter(({ names }) => UPWARD.has(names)),
  }));
  const elements = new Set(found.flatMap(({ references }) => references.map(({ names }) => names)));
  return [...elements].flatMap((element) => {
    const edges = new Map(
      found.map(({ target, references }) => [target, references.filter(({ names }) => names === element)]),
    );
    return circlesOf(edges, withoutVersion).map((path) => issue(path, `${element} leads in a circle`));
  });
}

/** Paths of the references by which a circle closes. Without recursion: a chain may be longer than the stack. */
function circlesOf(edges: ReadonlyMap<string, readonly Found[]>, targetOf: (reference: string) => string): string[] {
  const done = new Set<string>();
  const closing: string[] = [];
  const enter = (id: string) => ({ id, rest: (edges.get(id) ?? []).values() });
  for (const start of edges.keys()) {
    const way = done.has(start) ? [] : [enter(start)];
    const onWay = new Set([start]);
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const next = last.rest.next();
      if (next.done === true) {
        way.pop();
        onWay.delete(last.id);
        done.add(last.id);
        continue;
      }
      const target = targetOf(next.value.reference);
      if (onWay.has(target)) {
        closing.push(next.value.path);
      } else if (!done.has(target)) {
        way.push(enter(target));
        onWay.add(target);
      }
    }
  }
  return closing;
}

function referencesIn(value: unknown, path: string, names = ''): Found[] {
  const found: Found[] = [];
  addReferences(value, path, names, found);
  return found;
}

function addReferences(value: unknown, path: string, names: string, found: Found[]): void {
  if (Array.isArray(value)) {
    value.forEach((one: unknown, index) => {
      if (typeof one === 'object') addReferences(one, `${path}[${index}]`, names, found);
    });
    return;
  }
  if (!isObject(value)) return;
  const { reference } = value;
  if (typeof reference === 'string') found.push({ reference, path, names });
  for (const [name, child] of Object.entries(value)) {
    if (typeof child === 'object') {
      addReferences(child, `${path}.${name}`, names === '' ? name : `${names}.${name}`, found);
    }
  }
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
