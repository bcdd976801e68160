import { derivedResourceId } from './identity';
import { isResourceTree, type ResourceTree } from './resource-write';
import { stringifyExactJson } from '../../../runtime/fhir/exact-json';
import type { Issue } from '../../../runtime/fhir/operation-outcome';

interface EntryTarget {
  readonly resourceType: string;
  readonly resourceId: string;
  /** FHIRPath of the entry. */
  readonly place: string;
}

/** What an entry of a transaction asks for. */
export type TransactionEntry = EntryTarget &
  (
    | { readonly kind: 'write'; readonly resource: ResourceTree; readonly fullUrl: string | undefined }
    | { readonly kind: 'removal'; readonly fullUrl?: undefined }
  );

type JsonObject = Readonly<Record<string, unknown>>;

const UUID_URL = /^urn:uuid:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
const TYPE_URL = /^\/?([A-Z][A-Za-z]+)$/;
const RESOURCE_URL = /^\/?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

/** Conditions are judged by what is stored, which nobody knows before the Bundle's turn in the stream. */
const CONDITIONS = ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'] as const;

/** Reads an entry's request. Its resource is judged by others. */
export function readEntry(
  plain: JsonObject,
  exact: JsonObject,
  place: string,
): TransactionEntry | { readonly issues: Issue[] } {
  const request = isObject(plain.request) ? plain.request : {};
  const issues: Issue[] = CONDITIONS.filter((name) => request[name] !== undefined).map((name) =>
    issue('not-supported', `${place}.request.${name}`, 'Conditions are not judged: legal is an entry without'),
  );
  const { method, url } = request;
  const read =
    method === 'PUT' || method === 'POST'
      ? readWrite({ plain, exact, method, url: String(url), place })
      : method === 'DELETE'
        ? readRemoval(String(url), place)
        : { issues: [issue('not-supported', `${place}.request.method`, 'Legal are POST, PUT and DELETE')] };
  if ('issues' in read) return { issues: [...issues, ...read.issues] };
  return issues.length > 0 ? { issues } : read;
}

interface WriteRequest {
  readonly plain: JsonObject;
  readonly exact: JsonObject;
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  readonly place: string;
}

function readWrite({
  plain,
  exact,
  method,
  url,
  place,
}: WriteRequest): TransactionEntry | { readonly issues: Issue[] } {
  const { resource } = exact;
  const fullUrl = typeof plain.fullUrl === 'string' ? plain.fullUrl : undefined;
  if (!isResourceTree(resource)) {
    return { issues: [issue('required', `${place}.resource`, 'Expected a resource with its resourceType')] };
  }
  const { resourceType } = resource;
  if (method === 'POST') {
    if (TYPE_URL.exec(url)?.[1] !== resourceType) {
      return {
        issues: [issue('value', `${place}.request.url`, 'Legal is the type of the resource, without condition')],
      };
    }
    const uuid = UUID_URL.exec(fullUrl ?? '')?.[1]?.toLowerCase();
    const resourceId = uuid ?? derivedResourceId(resourceType, resource.identifier, stringifyExactJson(resource));
    return { kind: 'write', resourceType, resourceId, resource, fullUrl, place };
  }
  const [, type, id] = RESOURCE_URL.exec(url) ?? [];
  if (type !== resourceType || id === undefined) {
    return { issues: [issue('value', `${place}.request.url`, 'Legal is Type/id of the resource, without condition')] };
  }
  if (resource.id !== id) {
    return { issues: [issue('value', `${place}.resource.id`, 'Legal is the id that request.url says')] };
  }
  return { kind: 'write', resourceType, resourceId: id, resource, fullUrl, place };
}

function readRemoval(url: string, place: string): TransactionEntry | { readonly issues: Issue[] } {
  const [, resourceType, resourceId] = RESOURCE_URL.exec(url) ?? [];
  if (resourceType === undefined || resourceId === undefined) {
    return { issues: [issue('value', `${place}.request.url`, 'Legal is Type/id, without condition')] };
  }
  return { kind: 'removal', resourceType, resourceId, place };
}

function issue(code: Issue['code'], expression: string, diagnostics: string): Issue {
  return { code, diagnostics, expression };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
