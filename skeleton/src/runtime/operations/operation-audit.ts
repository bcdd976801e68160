import { EXIT_CODES, OperationError } from './errors';
import type { Queryable } from '../http/queryable';

/** Who asked for what, as the trail of accesses keeps it (45 CFR 164.312(b), audit controls). */
export interface AuditedOperation {
  /** The same in all records of one run. */
  readonly operationId: string;
  /** The operator, and the task that ran it. */
  readonly principal: string;
  /** The command with a dot, such as `patient.export`. */
  readonly action: string;
  readonly resourceType: 'Quarantine' | 'Patient' | 'Reference' | 'Scan' | 'Conflict';
  /** Whose data it is about; empty when that is not known. */
  readonly patientIds: readonly string[];
  /** The options as given, percent-encoded. */
  readonly query: string;
}

/** `started` is on record before anything is shown or changed, and one of the others when it ended. */
type OperationOutcome = 'started' | 'success' | 'refused' | 'failed';

const QUERY_CHARACTERS_MAX = 2_048;

const INSERT_OPERATION_SQL = `
INSERT INTO access_audit
  (occurred_at, request_id, principal, action, resource_type, patient_id, query, outcome, status, returned)
SELECT clock_timestamp(), $1, $2, $3, $4, patient_id, $6, $7, $8, $9 FROM unnest($5::text[]) AS patient_id`;

/** The trail of accesses in the table `access_audit`, to which an operator can add and which no operator can change. */
export class OperationAudit {
  constructor(private readonly database: Queryable) {}

  /**
   * Does `work` between two records. Without the first, nothing is done. An operation that was killed has the first alone.
   *
   * @param work answers how many rows it showed or changed.
   * @throws what the database or `work` throws.
   */
  async during<Result extends { readonly returnedCount: number }>(
    operation: AuditedOperation,
    work: () => Promise<Result>,
  ): Promise<Result> {
    await this.record(operation, 'started', EXIT_CODES.done, 0);
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      const isRefused = error instanceof OperationError && error.kind !== 'failed';
      const exitCode = error instanceof OperationError ? error.exitCode : EXIT_CODES.failed;
      // The error is what the person has to know; that it began is on record already.
      await this.record(operation, isRefused ? 'refused' : 'failed', exitCode, 0).catch(() => undefined);
      throw error;
    }
    await this.record(operation, 'success', EXIT_CODES.done, result.returnedCount);
    return result;
  }

  /** `status` is the program's exit code: there is no HTTP here. */
  private async record(
    operation: AuditedOperation,
    outcome: OperationOutcome,
    status: number,
    returned: number,
  ): Promise<void> {
    const { operationId, principal, action, resourceType, patientIds, query } = operation;
    await this.database.query(INSERT_OPERATION_SQL, [
      operationId,
      principal,
      action,
      resourceType,
      patientIds.length > 0 ? patientIds : [null],
      query.slice(0, QUERY_CHARACTERS_MAX),
      outcome,
      status,
      returned,
    ]);
  }
}
