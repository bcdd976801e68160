import { stretchOf, stretchOfPeriod } from './index-dates';
import { tokensOf } from './index-tokens';
import type { DateEntry, ReferenceEntry, ResourceWrite, TokenEntry } from '../record-event';
import { type ElementUse, type IndexNode, searchIndexOf } from './search-parameters';
import { R4_RESOURCE_TYPES } from '../../../fhir-r4-types';

type Entries = Pick<ResourceWrite, 'tokens' | 'dates' | 'references'>;

/** `Type/id`, of a version or of none in particular (FHIR R4, References, "Literal References"). */
const LITERAL_REFERENCE = new RegExp(
  `^(${R4_RESOURCE_TYPES.join('|')})/([A-Za-z0-9\\-.]{1,64})(?:/_history/[A-Za-z0-9\\-.]{1,64})?$`,
);

/** What searches find a valid resource by, and what it refers to, in the order in which the resource says it. */
export function indexEntries(resource: object & { readonly resourceType: string }): Entries {
  const tokens: TokenEntry[] = [];
  const dates: DateEntry[] = [];
  const references: ReferenceEntry[] = [];
  visit(resource, resource.resourceType, searchIndexOf(resource.resourceType));
  if (resource.resourceType === 'Patient') tokens.push(deceased(resource));
  return { tokens: distinct(tokens), dates: distinct(dates), references };

  function visit(value: unknown, path: string, node: IndexNode | undefined): void {
    if (Array.isArray(value)) {
      value.forEach((one: unknown, index) => visit(one, `${path}[${index}]`, node));
      return;
    }
    for (const use of node?.uses ?? []) {
      if (use.kind === 'token') tokens.push(...tokensOf(value, use));
      if (use.kind === 'date') dates.push(...datesOf(value, use));
    }
    if (typeof value !== 'object' || value === null) return;
    addReference(value, path, node?.uses ?? []);
    for (const [name, child] of Object.entries(value)) {
      if (typeof child === 'object' || node !== undefined) visit(child, `${path}.${name}`, node?.children.get(name));
    }
  }

  function addReference(value: object, path: string, uses: readonly ElementUse[]): void {
    if (!('reference' in value) || typeof value.reference !== 'string') return;
    const [, targetType, targetId] = LITERAL_REFERENCE.exec(value.reference) ?? [];
    if (targetType === undefined || targetId === undefined) return;
    const parameters = uses
      .filter(({ kind, target }) => kind === 'reference' && (target === undefined || target === targetType))
      .map(({ parameter }) => parameter);
    for (const parameter of parameters.length === 0 ? [null] : parameters) {
      references.push({ path, parameter, targetType, targetId });
    }
  }
}

/** The one parameter that stands at no path: `deceased.exists() and deceased != false`. */
function deceased(patient: object): TokenEntry {
  const isDeceased =
    'deceasedDateTime' in patient || ('deceasedBoolean' in patient && patient.deceasedBoolean === true);
  return { parameter: 'deceased', system: '', code: String(isDeceased) };
}

function datesOf(value: unknown, { parameter, type }: ElementUse): DateEntry[] {
  const stretches = type === 'Timing' ? timesOf(value) : [type === 'Period' ? ofPeriod(value) : stretchOf(value)];
  return stretches.flatMap((stretch) => (stretch === undefined ? [] : [{ parameter, ...stretch }]));
}

function ofPeriod(value: unknown) {
  const { start, end } = isObject(value) ? value : {};
  return stretchOfPeriod(start, end);
}

/** The moments that a Timing names, and the bounds of what it repeats. */
function timesOf(value: unknown) {
  const { event, repeat } = isObject(value) ? value : {};
  const bounds = isObject(repeat) ? ofPeriod(repeat.boundsPeriod) : undefined;
  return [...(Array.isArray(event) ? event.map(stretchOf) : []), bounds];
}

function distinct<T extends object>(entries: readonly T[]): T[] {
  if (entries.length < 2) return [...entries];
  return [...new Map(entries.map((entry) => [Object.values(entry).join('\n'), entry])).values()];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
