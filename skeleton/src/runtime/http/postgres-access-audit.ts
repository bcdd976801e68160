import type { Access, AccessAudit } from './access-audit';
import type { Queryable } from './queryable';

const INSERT_ACCESS_SQL = `
INSERT INTO access_audit
  (occurred_at, request_id, principal, action, resource_type, resource_id, patient_id, query, outcome, status, returned)
SELECT statement_timestamp(), $1, $2, $3, $4, $5, patient_id, $7, $8, $9, $10 FROM unnest($6::text[]) AS patient_id`;

/**
 * The trail in the table `access_audit`, to which the API can add and which it can neither read nor change: a row for each patient, or
 * one of nobody; all rows of an access bear its request's id and count all resources of its answer.
 */
export class PostgresAccessAudit implements AccessAudit {
  /** @param writer leads to the server that takes writes. */
  constructor(private readonly writer: Queryable) {}

  /** @throws what the database throws: then the access is not on record, and nothing may be shown. */
  async record(access: Access): Promise<void> {
    await this.writer.query(INSERT_ACCESS_SQL, [
      access.requestId,
      access.principal,
      access.action,
      access.resourceType,
      access.resourceId,
      access.patientIds.length > 0 ? access.patientIds : [null],
      access.query,
      access.outcome,
      access.status,
      access.returnedCount,
    ]);
  }
}
