import { everythingStatement, type EverythingQuery } from './everything-statement';
import type { ResourceQuery } from './resource-query';
import { searchStatement } from './search-statement';
import type { PageStatement, Statement } from '../statement';
import type { StoredVersion } from './stored-version';
import type { Queryable } from '../../../runtime/http/queryable';

/**
 * Bytes of resources on a page, as long as there is more than one: Lambda answers with 6 MB at the most (AWS Lambda Developer Guide, "Lambda
 * quotas"), in which every quote of the body is escaped once more.
 */
export const PAGE_BYTES_MAX = 2_500_000;

export interface VersionsPage {
  readonly versions: readonly StoredVersion[];
  /** Behind which the next page begins; `undefined` when there is none. */
  readonly next: StoredVersion | undefined;
}

/** What is known of a resource that was asked for by its id. */
export interface FoundVersion extends StoredVersion {
  /** The last content before the removal, by which its patient is known; `null` for a version that is there. */
  readonly contentBefore: string | null;
}

export interface HistoryQuery {
  readonly resourceType: string;
  readonly resourceId: string;
  /** An instant; versions from then on. */
  readonly since: string;
  /** Versions before this one; `undefined`: from the last one on. */
  readonly before: string | undefined;
  readonly pageSize: number;
}

const VERSION_COLUMNS = `
  version.resource_type AS "resourceType", version.resource_id AS "resourceId", version.version_id AS "versionId",
  to_char(version.last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "lastUpdated", version.content`;

const CONTENT_BEFORE = `
  CASE WHEN version.deleted THEN (
    SELECT earlier.content FROM resource_version AS earlier
    WHERE earlier.resource_type = version.resource_type AND earlier.resource_id = version.resource_id
      AND earlier.version_id < version.version_id AND NOT earlier.deleted
    ORDER BY earlier.version_id DESC LIMIT 1
  ) END AS "contentBefore"`;

export const CURRENT_SQL = `
SELECT ${VERSION_COLUMNS}, ${CONTENT_BEFORE}
FROM resource JOIN resource_version AS version USING (resource_type, resource_id, version_id)
WHERE resource_type = $1 AND resource_id = $2`;

export const VERSION_SQL = `
SELECT ${VERSION_COLUMNS}, ${CONTENT_BEFORE} FROM resource_version AS version
WHERE resource_type = $1 AND resource_id = $2 AND version_id = $3::bigint`;

export const HISTORY_SQL = `
  SELECT resource_type, resource_id, version_id FROM resource_version
  WHERE resource_type = $1 AND resource_id = $2 AND version_id < $3::bigint AND last_updated >= $4::timestamptz
  ORDER BY version_id DESC LIMIT $5`;

const BIGINT_MAX = '9223372036854775807';

/** Resources and their versions, as the API may see them. Each answer is of one moment. */
export class RecordStore {
  constructor(private readonly database: Queryable) {}

  /** The current version, which may say that the resource was removed; `undefined` for what was never there. */
  async current(resourceType: string, resourceId: string): Promise<FoundVersion | undefined> {
    const { rows } = await this.database.query<FoundVersion>(CURRENT_SQL, [resourceType, resourceId]);
    return rows[0];
  }

  /** @param versionId a number as text. */
  async version(resourceType: string, resourceId: string, versionId: string): Promise<FoundVersion | undefined> {
    const { rows } = await this.database.query<FoundVersion>(VERSION_SQL, [resourceType, resourceId, versionId]);
    return rows[0];
  }

  /** Newest first. */
  async history({ resourceType, resourceId, since, before, pageSize }: HistoryQuery): Promise<VersionsPage> {
    const values = [resourceType, resourceId, before ?? BIGINT_MAX, since, pageSize + 1];
    return this.page({ text: HISTORY_SQL, values, order: 'version.version_id DESC' }, pageSize);
  }

  /** In the order of `ResourcePosition`. */
  async search(query: ResourceQuery): Promise<VersionsPage> {
    return this.page(searchStatement(query), query.pageSize);
  }

  /** By type and id. */
  async everything(query: EverythingQuery): Promise<VersionsPage> {
    return this.page(everythingStatement(query), query.pageSize);
  }

  private async page(statement: PageStatement, pageSize: number): Promise<VersionsPage> {
    const { text, values } = withContents(statement, pageSize);
    const { rows } = await this.database.query<StoredVersion & { readonly found: number }>(text, values);
    const versions = rows.map(({ found: _found, ...version }) => version);
    return { versions, next: versions.length < (rows[0]?.found ?? 0) ? versions.at(-1) : undefined };
  }
}

/**
 * The page's versions with their contents, in order: as many as fit, by number and by bytes, one at the least. How long a content is, the
 * database knows without reading it.
 */
export function withContents({ text, values, order }: PageStatement, pageSize: number): Statement {
  const [size, bytes] = [values.length + 1, values.length + 2];
  return {
    text: `
SELECT ${VERSION_COLUMNS}, page.found::integer AS found
FROM (
  SELECT resource_type, resource_id, version_id, count(*) OVER () AS found, row_number() OVER ordered AS number,
    sum(octet_length(version.content)) OVER ordered AS bytes
  FROM (${text}) AS wanted JOIN resource_version AS version USING (resource_type, resource_id, version_id)
  WINDOW ordered AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)
) AS page JOIN resource_version AS version USING (resource_type, resource_id, version_id)
WHERE page.number <= $${size} AND (page.number = 1 OR page.bytes <= $${bytes})
ORDER BY page.number`,
    values: [...values, pageSize, PAGE_BYTES_MAX],
  };
}
