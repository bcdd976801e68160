import { derivedResourceId } from './identity';
import { instantInUtc } from './index-dates';
import { indexEntries } from './index-entries';
import { stringifyExactJson } from '../../../runtime/fhir/exact-json';
import type { ResourceWrite } from '../record-event';

/** A resource whose type is known, as a tree of `parseExactJson`. */
export type ResourceTree = Readonly<Record<string, unknown>> & { readonly resourceType: string };

/**
 * A valid resource as it is written: with an id, of its own or derived, and with what searches find it by.
 *
 * @param exact the resource with the digits that came.
 * @param resourceId default: the resource's own id, else one that follows from its first identifier, else from its content.
 * @param sourceUpdatedAt default: `meta.lastUpdated`.
 */
export function resourceWrite(
  exact: ResourceTree,
  { resourceId, sourceUpdatedAt }: { readonly resourceId?: string; readonly sourceUpdatedAt?: string | null } = {},
): ResourceWrite {
  const { resourceType, meta } = exact;
  const id = resourceId ?? ownId(exact) ?? derivedResourceId(resourceType, exact.identifier, stringifyExactJson(exact));
  const tree = exact.id === id ? exact : withId(exact, id);
  const { versionId, lastUpdated } = isObject(meta) ? meta : {};
  return {
    kind: 'write',
    resourceType,
    resourceId: id,
    content: stringifyExactJson(tree),
    sourceVersion: typeof versionId === 'string' ? versionId : null,
    sourceUpdatedAt: sourceUpdatedAt === undefined ? instantInUtc(lastUpdated) : sourceUpdatedAt,
    ...indexEntries(tree),
  };
}

export function isResourceTree(value: unknown): value is ResourceTree {
  return isObject(value) && typeof value.resourceType === 'string';
}

function ownId({ id }: ResourceTree): string | undefined {
  return typeof id === 'string' ? id : undefined;
}

/** The id stands where people look for it, behind the type. */
function withId(tree: ResourceTree, id: string): ResourceTree {
  const { id: _replaced, resourceType, ...rest } = tree;
  return { resourceType, id, ...rest };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
