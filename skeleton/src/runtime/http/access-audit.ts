/** What an access came to: answered; refused as the caller's fault (4xx); failed as ours (5xx). */
export type AccessOutcome = 'success' | 'refused' | 'failed';

/** One access to patient data (45 CFR 164.312(b), audit controls): who, what, whose, and how it ended. */
export interface Access {
  readonly requestId: string;
  readonly principal: string;
  readonly action: 'read' | 'search';
  readonly resourceType: string;
  /** `null` when the request names no patient. */
  readonly patientId: string | null;
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
