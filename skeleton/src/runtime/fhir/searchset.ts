import type { Bundle, BundleEntry, FhirResource, OperationOutcome } from 'fhir/r4';
import { type Issue, operationOutcome } from './operation-outcome';

/** One page of a search. */
export interface SearchPage<T extends FhirResource> {
  readonly resources: readonly (T & { readonly id: string })[];
  /** Things worth saying about the search that are no error; an entry of mode `outcome` when there are any. */
  readonly notes?: readonly Issue[];
  /** The URL that the page was asked for under. */
  readonly selfUrl: string;
  /** The next page's URL; absent on the last page. */
  readonly nextUrl?: string | undefined;
  /** The API's own URL, without a slash at its end: resources' full URLs begin with it. */
  readonly baseUrl: string;
}

/**
 * A Bundle of type `searchset`. It has no `total`: counting a patient's readings would cost more than the page itself,
 * and FHIR lets a server leave it out.
 */
export function searchset<T extends FhirResource>(page: SearchPage<T>): Bundle<T | OperationOutcome> {
  const matches: BundleEntry<T | OperationOutcome>[] = page.resources.map((resource) => ({
    fullUrl: `${page.baseUrl}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }));
  const notes = page.notes ?? [];
  const outcomes: BundleEntry<T | OperationOutcome>[] =
    notes.length === 0 ? [] : [{ resource: operationOutcome(notes), search: { mode: 'outcome' } }];
  const entry = [...matches, ...outcomes];
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [
      { relation: 'self', url: page.selfUrl },
      ...(page.nextUrl === undefined ? [] : [{ relation: 'next', url: page.nextUrl }]),
    ],
    // FHIR's JSON has no empty arrays.
    ...(entry.length === 0 ? {} : { entry }),
  };
}

/** The same search's URL with one parameter replaced: its other parameters stay as the caller wrote them. */
export function withParameter(url: URL, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}
