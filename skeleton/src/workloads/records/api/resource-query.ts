import type { DateSearch } from '../../../runtime/fhir/search/date';
import type { TimeRanges } from '../../../runtime/fhir/search/time-ranges';
import type { TokenSearch } from '../../../runtime/fhir/search/token';

/** What one of several values must find; all conditions of a search must hold. */
export type Condition =
  | { readonly kind: 'id'; readonly any: readonly string[] }
  | { readonly kind: 'lastUpdated'; readonly any: TimeRanges }
  | { readonly kind: 'token'; readonly parameter: string; readonly any: readonly TokenSearch[] }
  | { readonly kind: 'date'; readonly parameter: string; readonly any: readonly DateSearch[] }
  | { readonly kind: 'reference'; readonly parameter: string; readonly any: readonly ReferenceTarget[] };

export interface ReferenceTarget {
  readonly targetType: string;
  readonly targetId: string;
}

/** A page of the resources of one type that all conditions find. */
export interface ResourceQuery {
  readonly resourceType: string;
  readonly conditions: readonly Condition[];
  readonly pageSize: number;
  /** The last resource of the page before. */
  readonly after: ResourcePosition | undefined;
}

/**
 * Place of a resource in the order of answers: by id, which never changes, so that a page neither misses nor repeats what was there all the
 * time, whatever is written meanwhile. A search for times of change alone is in their order: what changes meanwhile comes once more,
 * behind.
 */
export interface ResourcePosition {
  readonly lastUpdated: string;
  readonly resourceId: string;
}
