import { z } from 'zod';
import type { Condition, ResourcePosition, ResourceQuery } from './resource-query';
import { CursorCodec, positionId, positionInstant } from '../../../runtime/fhir/cursor';
import { readCursor } from '../../../runtime/fhir/search/cursor-parameter';
import { matchingMoments } from '../../../runtime/fhir/search/date';
import {
  type AllOfAny,
  anyReferences,
  dates,
  format,
  ids,
  pageCursor,
  pageSize,
  references,
  type SearchParameter,
  tokens,
} from '../../../runtime/fhir/search/parameter';
import { readIfValid, readSearch } from '../../../runtime/fhir/search/read-search';
import type { Reference } from '../../../runtime/fhir/search/reference';
import { union } from '../../../runtime/fhir/search/time-ranges';
import { type ResourceSearchParameter, searchParametersOf } from '../decode/search-parameters';

/** Resources on a page. */
export const PAGE_SIZE = { default: 100, max: 1000 };

/** What one parameter says about a search. */
interface Part {
  readonly conditions?: readonly Condition[];
  readonly pageSize?: number;
  readonly cursor?: string | undefined;
}

/** What `GET /{type}` may be asked. */
export type ResourceSearchDefinition = Readonly<Record<string, SearchParameter<Part>>>;

const positionSchema = z.strictObject({
  lastUpdated: positionInstant(3),
  resourceId: positionId,
});
const cursors = new CursorCodec<ResourcePosition>(positionSchema);

export interface ResourceSearch {
  readonly query: ResourceQuery;
  /** The cursor of the page that follows a resource. */
  readonly cursorAfter: (position: ResourcePosition) => string;
}

const definitions = new Map<string, ResourceSearchDefinition>();

/** What a type of resource is searched by: made once, of what the indexer finds in it. */
export function searchDefinitionOf(resourceType: string): ResourceSearchDefinition {
  const known = definitions.get(resourceType);
  if (known !== undefined) return known;
  const parameters = searchParametersOf(resourceType).map((one) => [one.name, indexedParameter(one)] as const);
  const definition: ResourceSearchDefinition = {
    _id: read(ids(), (all) => ({ conditions: all.map((any) => ({ kind: 'id', any })) })),
    _lastUpdated: read(dates('When the version was stored here.'), (all) => ({
      conditions: all.map((any) => ({ kind: 'lastUpdated', any: any.map(matchingMoments).reduce(union, []) })),
    })),
    ...Object.fromEntries(parameters),
    _count: read(pageSize(PAGE_SIZE), (size) => ({ pageSize: size })),
    _cursor: read(pageCursor(), (cursor) => ({ cursor })),
    _format: read(format(), () => ({})),
  };
  definitions.set(resourceType, definition);
  return definition;
}

/** @throws FhirRequestError 400 that names each wrong parameter. */
export function readResourceSearch(resourceType: string, parameters: URLSearchParams): ResourceSearch {
  const parts = Object.values(readSearch(searchDefinitionOf(resourceType), parameters));
  const conditions = parts.flatMap((part) => part.conditions ?? []);
  const canonical = canonicalSearch(resourceType, conditions);
  return {
    query: {
      resourceType,
      conditions,
      pageSize: parts.find((part) => part.pageSize !== undefined)?.pageSize ?? PAGE_SIZE.default,
      after: readCursor(cursors, parts.find(({ cursor }) => cursor !== undefined)?.cursor, canonical),
    },
    cursorAfter: ({ lastUpdated, resourceId }) => cursors.encode({ lastUpdated, resourceId }, canonical),
  };
}

/** Ids of the patients whom a search names, for the trail of accesses, as far as they are legal. */
export function patientsAskedFor(resourceType: string, parameters: URLSearchParams): string[] {
  const definition = searchDefinitionOf(resourceType);
  const names = resourceType === 'Patient' ? ['_id'] : ['patient', 'subject'];
  const conditions = names
    .filter((name) => Object.hasOwn(definition, name))
    .flatMap((name) => readIfValid(definition, name, parameters)?.conditions ?? []);
  const found = conditions.flatMap((condition) => {
    if (condition.kind === 'id') return condition.any;
    if (condition.kind !== 'reference') return [];
    return condition.any.filter(({ targetType }) => targetType === 'Patient').map(({ targetId }) => targetId);
  });
  return [...new Set(found)];
}

function indexedParameter({ name, kind }: ResourceSearchParameter): SearchParameter<Part> {
  const words = `As FHIR R4 defines "${name}".`;
  if (kind === 'token') {
    return read(tokens(words), (all) => ({ conditions: all.map((any) => ({ kind, parameter: name, any })) }));
  }
  if (kind === 'date') {
    return read(dates(words), (all) => ({ conditions: all.map((any) => ({ kind, parameter: name, any })) }));
  }
  // Whose data it is: also under the ids of those who were merged into the patient.
  const parameter = name === 'patient' ? references('Patient', words) : anyReferences(words);
  return read(parameter, (all: AllOfAny<Reference>) => ({
    conditions: all.map((any) => ({
      kind,
      parameter: name,
      any: any.map(({ type, id }) => ({ targetType: type, targetId: id })),
    })),
  }));
}

function read<T>(parameter: SearchParameter<T>, part: (value: T) => Part): SearchParameter<Part> {
  return { ...parameter, read: (values) => part(parameter.read(values)) };
}

function canonicalSearch(resourceType: string, conditions: readonly Condition[]): string {
  const written = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  return JSON.stringify([resourceType, conditions], written);
}
