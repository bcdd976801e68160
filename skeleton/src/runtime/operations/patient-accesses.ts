import type { AuditEvent } from 'fhir/r4';
import type { PoolClient } from 'pg';
import { streamRows } from './snapshot';
import { auditEvent } from '../fhir/audit-event';

/** A record of the trail, as it is told to the patient it is about. */
interface AccessRow {
  readonly occurredAt: Date;
  readonly requestId: string;
  readonly principal: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly patientId: string;
  readonly query: string;
  readonly outcome: string;
  readonly status: number;
  readonly returned: number;
}

const ACCESSES_SQL = `
SELECT occurred_at AS "occurredAt", request_id AS "requestId", principal, action, resource_type AS "resourceType",
  resource_id AS "resourceId", patient_id AS "patientId", query, outcome, status, returned
FROM access_audit WHERE patient_id = ANY ($1::text[]) ORDER BY occurred_at`;

/**
 * Who has asked for a patient's data, when, and what came of it, as AuditEvents of FHIR R4: what the patient may be told by
 * GDPR Art. 15 (1) and 45 CFR 164.528.
 *
 * @param patientIds all ids of the patient.
 * @param observer names the pipeline that recorded it.
 */
export async function* accessesOf(
  client: PoolClient,
  patientIds: readonly string[],
  observer: string,
): AsyncGenerator<AuditEvent> {
  for await (const { occurredAt, ...row } of streamRows<AccessRow>(client, ACCESSES_SQL, [patientIds])) {
    yield auditEvent({ ...row, recordedAt: occurredAt.toISOString() }, observer);
  }
}
