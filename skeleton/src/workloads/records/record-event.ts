/** What one submission (a resource, a transaction Bundle, an HL7 v2 message) changes: all of it or nothing. */
export interface RecordEvent {
  /** UUID v5 of what came: the same submission again has the same id. */
  readonly id: string;
  readonly source: 'fhir' | 'hl7v2';
  /** In the order in which they are made. */
  readonly changes: readonly RecordChange[];
}

export type RecordChange = ResourceWrite | ResourceRemoval | PatientMerge;

/** A resource as it is to be current, whether it is known already or not. */
export interface ResourceWrite {
  readonly kind: 'write';
  readonly resourceType: string;
  readonly resourceId: string;
  /** Compact JSON with the digits of numbers as they came (`1.00` stays `1.00`), `id` included, `meta` as the source wrote it. */
  readonly content: string;
  /** `meta.versionId` of the source. */
  readonly sourceVersion: string | null;
  /** `meta.lastUpdated` of the source, or the time of the HL7 message, as an ISO instant in UTC. */
  readonly sourceUpdatedAt: string | null;
  readonly tokens: readonly TokenEntry[];
  readonly dates: readonly DateEntry[];
  readonly references: readonly ReferenceEntry[];
}

/** What a search for a code or an identifier finds. */
export interface TokenEntry {
  /** Name of the search parameter, as FHIR R4 names it for the type. */
  readonly parameter: string;
  /** The code's system; empty when it has none. */
  readonly system: string;
  readonly code: string;
}

/** What a search for a date finds: a stretch of time as long as the precision of what was said, half open. */
export interface DateEntry {
  readonly parameter: string;
  /** ISO instant, or `-infinity` for a period without start. */
  readonly startsAt: string;
  /** ISO instant, or `infinity` for a period without end. */
  readonly endsAt: string;
}

/** A reference of the form `Type/id`, wherever it stands in the resource. */
export interface ReferenceEntry {
  /** FHIRPath of the Reference, such as `Encounter.participant[0].individual`. */
  readonly path: string;
  /** Name of the search parameter that finds the resource by it; `null`: none does. */
  readonly parameter: string | null;
  readonly targetType: string;
  readonly targetId: string;
}

export interface ResourceRemoval {
  readonly kind: 'removal';
  readonly resourceType: string;
  readonly resourceId: string;
  /** As in `ResourceWrite`. */
  readonly sourceUpdatedAt: string | null;
}

/** Says that two records are of one person. */
export interface PatientMerge {
  readonly kind: 'merge';
  /** Id of the Patient that goes on. */
  readonly survivingId: string;
  /** Id of the Patient whose record is another's from now on. */
  readonly mergedId: string;
  /** ISO instant, as in `ResourceWrite.sourceUpdatedAt`. */
  readonly mergedAt: string | null;
}
