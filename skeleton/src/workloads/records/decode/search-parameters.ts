import table from '../../../runtime/fhir/search/r4-search-parameters.json';

export type SearchKind = 'token' | 'date' | 'reference';

/** A parameter of a type, as FHIR R4 defines it. */
export interface ResourceSearchParameter {
  readonly name: string;
  readonly kind: SearchKind;
}

/** What an element is searched by. */
export interface ElementUse {
  readonly parameter: string;
  readonly kind: SearchKind;
  /** FHIR's type of the element, such as `CodeableConcept`. */
  readonly type: string;
  /** Of a token, only elements of which another element says so: `system` is `email`. */
  readonly where?: { readonly element: string; readonly value: string };
  /** Of a reference, only those to this type. */
  readonly target?: string;
}

/** A name in the tree of a type's searchable elements. */
export interface IndexNode {
  readonly uses: ElementUse[];
  readonly children: Map<string, IndexNode>;
}

/** By type of resource, by parameter: `kind path:type[:filter] …`, as `npx projen` writes it from HL7's definitions. */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = table;

const indexes = new Map<string, IndexNode>();

/** The parameters of type token, date and reference by which resources of a type are found, by name. */
export function searchParametersOf(resourceType: string): ResourceSearchParameter[] {
  return Object.entries(TABLE[resourceType] ?? {}).map(([name, text]) => ({ name, kind: read(text).kind }));
}

/** What to look for in a resource of a type, read once. */
export function searchIndexOf(resourceType: string): IndexNode {
  const known = indexes.get(resourceType);
  if (known !== undefined) return known;
  const root: IndexNode = { uses: [], children: new Map() };
  for (const [parameter, text] of Object.entries(TABLE[resourceType] ?? {})) {
    const { kind, places } = read(text);
    for (const place of places) addUse(root, place, { parameter, kind });
  }
  indexes.set(resourceType, root);
  return root;
}

function addUse(root: IndexNode, place: string, { parameter, kind }: Pick<ElementUse, 'parameter' | 'kind'>): void {
  const [path = '', type = '', filter] = place.split(':');
  let node = root;
  for (const name of path.split('.')) {
    const child = node.children.get(name) ?? { uses: [], children: new Map<string, IndexNode>() };
    node.children.set(name, child);
    node = child;
  }
  const [element, value] = filter?.split('=') ?? [];
  node.uses.push({
    parameter,
    kind,
    type,
    ...(element === undefined ? {} : value === undefined ? { target: element } : { where: { element, value } }),
  });
}

function read(text: string): { readonly kind: SearchKind; readonly places: readonly string[] } {
  const [kind, ...places] = text.split(' ');
  if (kind !== 'token' && kind !== 'date' && kind !== 'reference') {
    throw new Error(`The table of search parameters has an unknown kind ${kind}: make it again with npx projen`);
  }
  return { kind, places };
}
