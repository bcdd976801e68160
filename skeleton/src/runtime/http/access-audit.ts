/** What an access came to: answered; refused as the caller's fault (4xx); failed as ours (5xx). */
export type AccessOutcome = 'success' | 'refused' | 'failed';

/** What was done, as FHIR's interactions are called (FHIR R4, RESTful API); `operation` is one with a `$`. */
export type AccessAction = 'read' | 'vread' | 'history' | 'search' | 'operation';

/** One access to patient data (45 CFR 164.312(b), audit controls): who, what, whose, and how it ended. */
export interface Access {
  readonly requestId: string;
  readonly principal: string;
  readonly action: AccessAction;
  readonly resourceType: string;
  /** Id of the resource that was asked for; `null` when none was asked for by id. */
  readonly resourceId: string | null;
  /** Whose data was asked for, or was in the answer; none when that is not known. */
  readonly patientIds: readonly string[];
  /** The query as it came, percent-encoded, so that a refused request can be judged later. */
  readonly query: string;
  readonly outcome: AccessOutcome;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Resources in the answer. */
  readonly returnedCount: number;
}

/** The trail of accesses. */
export interface AccessAudit {
  /** Resolves when the access is on record durably. */
  record(access: Access): Promise<void>;
}

/** The principal on record for a request that the host could not authenticate. */
export const UNAUTHENTICATED = 'unauthenticated';

export function accessOutcome(status: number): AccessOutcome {
  if (status < 400) return 'success';
  return status < 500 ? 'refused' : 'failed';
}
