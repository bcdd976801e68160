import type { ReadingsQuery } from './observation-search';
import { toTimestamps } from '../../../runtime/fhir/search/time-ranges';
import type { Queryable } from '../../../runtime/http/queryable';
import { type Reading, TIES_MAX } from '../reading';

/** A page of readings, and whether there are more behind it. */
export interface ReadingsPage {
  readonly readings: readonly Reading[];
  readonly hasMore: boolean;
}

/** Sorts before every reading, so that the first page needs no statement of its own. */
const BEFORE_ALL = { observedAt: 'infinity', code: '~', eventId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** Columns of a `Reading`, of rows named `newest`. */
const READING_COLUMNS = `
       newest.code,
       to_char(newest.observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "observedAt",
       newest.event_id AS "eventId",
       newest.device_id AS "deviceId",
       newest.value,
       newest.unit`;

/**
 * One page: for each code and stretch of time the newest readings that fit on a page, read backwards along the primary key
 * (patient_id, code, observed_at, event_id), and of these the newest. So a page costs in proportion to its size and to the
 * codes, never to what the patient has in store: nothing is scanned or sorted beyond codes × ranges × page.
 *
 * The condition on `observed_at` alone follows from the one on the whole position; only by it does the planner see which days'
 * partitions cannot have a part in the page.
 */
export const READINGS_PAGE_SQL = `
SELECT ${READING_COLUMNS}
FROM unnest($2::text[]) AS wanted (code)
CROSS JOIN unnest($3::timestamptz[], $4::timestamptz[]) AS stretch (from_time, to_time)
CROSS JOIN LATERAL (
  SELECT code, observed_at, event_id, device_id, value, unit
  FROM vital_sign
  WHERE patient_id = $1
    AND code = wanted.code
    AND observed_at >= stretch.from_time
    AND observed_at < stretch.to_time
    AND observed_at <= $5::timestamptz
    AND (observed_at, code, event_id) < ($5::timestamptz, $6::text, $7::uuid)
  ORDER BY observed_at DESC, event_id DESC
  LIMIT $8
) AS newest
ORDER BY newest.observed_at DESC, newest.code DESC, newest.event_id DESC
LIMIT $8`;

/** The parameters of `READINGS_PAGE_SQL`. One row more than the page tells whether there is a next. */
export function readingsPageParameters(query: ReadingsQuery): unknown[] {
  const stretches = query.times.map(toTimestamps);
  const after = query.after ?? BEFORE_ALL;
  return [
    query.patientId,
    query.codes,
    stretches.map(({ from }) => from),
    stretches.map(({ to }) => to),
    after.observedAt,
    after.code,
    after.eventId,
    query.pageSize + 1,
  ];
}

/**
 * Of each code the newest readings, with those of the same moment as the last of them. Each code is one walk backwards along
 * the primary key, through the days' partitions from the newest on, that ends where it has enough: what lies behind is not
 * opened. Only a code that the patient has too few readings of is looked for in every partition, by one descent of the index.
 */
export const LATEST_READINGS_SQL = `
SELECT ${READING_COLUMNS}
FROM unnest($2::text[]) AS wanted (code)
CROSS JOIN LATERAL (
  SELECT *
  FROM (
    SELECT code, observed_at, event_id, device_id, value, unit
    FROM vital_sign
    WHERE patient_id = $1 AND code = wanted.code
    ORDER BY observed_at DESC
    FETCH FIRST ($3::integer) ROWS WITH TIES
  ) AS tied
  LIMIT $3::integer + ${TIES_MAX}
) AS newest
ORDER BY newest.observed_at DESC, newest.code DESC, newest.event_id DESC`;

/** Which readings are the latest ones. */
export interface LatestQuery {
  readonly patientId: string;
  readonly codes: readonly string[];
  /** Readings of each code. */
  readonly max: number;
}

/** Readings as the API may see them: it can select from `vital_sign` and nothing else. */
export class ReadingStore {
  constructor(private readonly database: Queryable) {}

  /** Newest first, then by code and event id, both descending. */
  async page(query: ReadingsQuery): Promise<ReadingsPage> {
    const { rows } = await this.database.query<Reading>(READINGS_PAGE_SQL, readingsPageParameters(query));
    return { readings: rows.slice(0, query.pageSize), hasMore: rows.length > query.pageSize };
  }

  /** The latest readings of each code, newest first, then by code and event id, both descending. */
  async latest({ patientId, codes, max }: LatestQuery): Promise<readonly Reading[]> {
    const { rows } = await this.database.query<Reading>(LATEST_READINGS_SQL, [patientId, codes, max]);
    return rows;
  }
}
