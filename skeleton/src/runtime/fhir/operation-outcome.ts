import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4';

/** One thing that is wrong, for a person who has to mend the request. */
export interface Issue {
  /** Default `error`. */
  readonly severity?: OperationOutcomeIssue['severity'];
  /** From the value set "IssueType" of FHIR R4. */
  readonly code: OperationOutcomeIssue['code'];
  /** What is wrong and what is legal, in words. Never anything from the database. */
  readonly diagnostics: string;
  /** The request's parameter or header at fault. */
  readonly parameter?: string;
  /** The place in the resource at fault, as FHIRPath, such as `Observation.component[1].valueQuantity.code`. */
  readonly expression?: string;
}

/** The resource that answers every error, and that accompanies a search when something is worth saying. */
export function operationOutcome(issues: readonly Issue[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity = 'error', code, diagnostics, parameter, expression }) => ({
      severity,
      code,
      diagnostics,
      // FHIR R4, OperationOutcome.issue.location: "http." and the name of the parameter.
      ...(parameter === undefined ? {} : { location: [`http.${parameter}`] }),
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}
