import type { RecordedAccess } from '../../../runtime/fhir/audit-event';
import { type TimeRanges, toTimestamps } from '../../../runtime/fhir/search/time-ranges';
import type { Queryable } from '../../../runtime/http/queryable';
import { type Statement, StatementValues } from '../statement';

/** A page of the trail of accesses. */
export interface TrailQuery {
  readonly patientId: string | undefined;
  readonly principal: string | undefined;
  readonly times: TimeRanges;
  readonly pageSize: number;
  /** The last record of the page before. */
  readonly after: TrailPosition | undefined;
}

/** Place of a record in the order of answers: newest first, then by id. */
export interface TrailPosition {
  /** UTC with six decimals, as the database keeps it. */
  readonly recordedAt: string;
  readonly accessId: string;
}

export type TrailRecord = RecordedAccess & TrailPosition;

export interface TrailPage {
  readonly records: readonly TrailRecord[];
  readonly hasMore: boolean;
}

const COLUMNS = `
  access_id AS "accessId", to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "recordedAt",
  request_id AS "requestId", principal, action, resource_type AS "resourceType", resource_id AS "resourceId",
  patient_id AS "patientId", query, outcome, status, returned`;

/**
 * A page, one record more than fits: of each id of the patient and each stretch of time the newest records, read backwards along an index,
 * and of these the newest.
 */
export function trailStatement({ patientId, principal, times, pageSize, after }: TrailQuery): Statement {
  const values = new StatementValues();
  const stretches = times.map(toTimestamps);
  const limit = values.add(pageSize + 1);
  const patients = patientId === undefined ? '(VALUES (NULL))' : `audited_patient_ids(${values.add(patientId)})`;
  const where = [
    'occurred_at >= stretch.from_time AND occurred_at < stretch.to_time',
    ...(patientId === undefined ? [] : ['patient_id = person.id']),
    ...(principal === undefined ? [] : [`principal = ${values.add(principal)}`]),
    ...(after === undefined
      ? []
      : [
          `(occurred_at, access_id) < (${values.add(after.recordedAt)}::timestamptz, ${values.add(after.accessId)}::uuid)`,
        ]),
  ];
  return values.statement(`
SELECT newest.*
FROM ${patients} AS person (id)
CROSS JOIN unnest(
  ${values.add(stretches.map(({ from }) => from))}::timestamptz[], ${values.add(stretches.map(({ to }) => to))}::timestamptz[]
) AS stretch (from_time, to_time)
CROSS JOIN LATERAL (
  SELECT ${COLUMNS} FROM access_audit
  WHERE ${where.join(' AND ')}
  ORDER BY occurred_at DESC, access_id DESC LIMIT ${limit}
) AS newest
ORDER BY newest."recordedAt" DESC, newest."accessId" DESC LIMIT ${limit}`);
}

const RECORD_SQL = `SELECT ${COLUMNS} FROM access_audit WHERE access_id = $1`;

/** The trail of accesses, as the auditor may see it. */
export class AuditStore {
  constructor(private readonly database: Queryable) {}

  async page(query: TrailQuery): Promise<TrailPage> {
    const { text, values } = trailStatement(query);
    const { rows } = await this.database.query<TrailRecord>(text, values);
    return { records: rows.slice(0, query.pageSize), hasMore: rows.length > query.pageSize };
  }

  /** @param accessId a UUID. */
  async record(accessId: string): Promise<TrailRecord | undefined> {
    const { rows } = await this.database.query<TrailRecord>(RECORD_SQL, [accessId]);
    return rows[0];
  }
}
