import type { RejectionCode } from './rejections';
import { REJECTIONS } from './rejections';
import type { Issue } from '../../../runtime/fhir/operation-outcome';

/** What is wrong with a submission: a reason of the closed list, and each fault with its place and what is legal. */
export interface Refusal {
  readonly code: RejectionCode;
  /** Empty where the reason says it all. */
  readonly issues: readonly Issue[];
}

/** Longest reason in the quarantine, in characters. It tells the first faults: a person mends those first. */
const REASON_LENGTH_MAX = 8_000;

/** The refusal in words for the quarantine: `Observation.status: status is missing; …`. */
export function reasonOf({ code, issues }: Refusal): string {
  if (issues.length === 0) return REJECTIONS[code];
  const faults = issues.map(({ expression, diagnostics }) =>
    expression === undefined ? diagnostics : `${expression}: ${diagnostics}`,
  );
  let reason = '';
  for (const [index, fault] of faults.entries()) {
    const longer = reason === '' ? fault : `${reason}; ${fault}`;
    if (longer.length > REASON_LENGTH_MAX) return `${reason}; and ${faults.length - index} more`;
    reason = longer;
  }
  return reason;
}
