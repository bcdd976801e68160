import type { Bundle, BundleEntry } from 'fhir/r4';
import { type Issue, operationOutcome } from './operation-outcome';

/** An entry whose resource is JSON text, written as it is. */
export interface TextEntry extends Pick<BundleEntry, 'fullUrl' | 'search' | 'request' | 'response'> {
  /** Default: none, as for a version that says the resource was removed. */
  readonly resource?: string | undefined;
}

export interface TextBundle {
  readonly type: 'searchset' | 'history';
  /** The URL that the page was asked for under. */
  readonly selfUrl: string;
  /** The next page's URL; absent on the last page. */
  readonly nextUrl?: string | undefined;
  readonly entries: readonly TextEntry[];
  /** Things worth saying that are no error, as an entry of mode `outcome`. Default: none. */
  readonly notes?: readonly Issue[];
}

/**
 * A Bundle as JSON text around resources that are text already, so that their numbers keep their digits. It has no `total`: counting all
 * would cost more than the page itself, and FHIR lets a server leave it out.
 */
export function bundleText({ type, selfUrl, nextUrl, entries, notes = [] }: TextBundle): string {
  const head: Bundle = {
    resourceType: 'Bundle',
    type,
    link: [{ relation: 'self', url: selfUrl }, ...(nextUrl === undefined ? [] : [{ relation: 'next', url: nextUrl }])],
  };
  const outcome = { resource: JSON.stringify(operationOutcome(notes)), search: { mode: 'outcome' as const } };
  const texts = [...entries, ...(notes.length === 0 ? [] : [outcome])].map(entryText);
  // FHIR's JSON has no empty arrays.
  return texts.length === 0
    ? JSON.stringify(head)
    : `${JSON.stringify(head).slice(0, -1)},"entry":[${texts.join(',')}]}`;
}

function entryText({ resource, ...entry }: TextEntry): string {
  const rest = JSON.stringify(entry);
  if (resource === undefined) return rest;
  return rest === '{}' ? `{"resource":${resource}}` : `${rest.slice(0, -1)},"resource":${resource}}`;
}
