import type { Provenance } from 'fhir/r4';
import type { PoolClient } from 'pg';
import { withVersionMeta } from '../../../runtime/fhir/resource-text';
import type { Person } from '../../../runtime/operations/operated-workload';
import { streamRows } from '../../../runtime/operations/snapshot';

interface VersionRow {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly versionId: string;
  readonly lastUpdated: Date;
  readonly content: string | null;
}

interface MergeRow {
  readonly survivingId: string;
  readonly mergedId: string;
  readonly mergedAt: Date;
}

/** Every version of every resource that was about the person in any of its versions. */
const VERSIONS_SQL = `
SELECT resource_type AS "resourceType", resource_id AS "resourceId", version_id::text AS "versionId",
  last_updated AS "lastUpdated", content
FROM (
  SELECT DISTINCT resource_type, resource_id FROM patient_resource WHERE patient_id = ANY ($1::text[])
) AS own JOIN resource_version USING (resource_type, resource_id)
ORDER BY resource_type, resource_id, version_id`;

const MERGES_SQL = `
SELECT surviving_id AS "survivingId", merged_id AS "mergedId", merged_at AS "mergedAt"
FROM patient_merge WHERE surviving_id = ANY ($1::text[]) OR merged_id = ANY ($1::text[]) ORDER BY merged_at, merged_id`;

/** Codes of http://hl7.org/fhir/R4/valueset-provenance-activity-type.html. */
const DELETED = { system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'DELETE' };
const MERGED = { system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'merge' };

/**
 * All that is stored of a person, as JSON: each version as the API shows it, digit by digit; of a version that says a resource
 * was removed, and of each merge, a Provenance that says so.
 */
export async function* storedOf(client: PoolClient, { ids }: Person): AsyncGenerator<string> {
  for await (const version of streamRows<VersionRow>(client, VERSIONS_SQL, [ids])) {
    const { resourceType, resourceId, versionId, content } = version;
    const lastUpdated = version.lastUpdated.toISOString();
    yield content === null
      ? provenance([`${resourceType}/${resourceId}/_history/${versionId}`], lastUpdated, DELETED)
      : withVersionMeta(content, { versionId, lastUpdated });
  }
  for await (const { survivingId, mergedId, mergedAt } of streamRows<MergeRow>(client, MERGES_SQL, [ids])) {
    yield provenance([`Patient/${survivingId}`, `Patient/${mergedId}`], mergedAt.toISOString(), MERGED);
  }
}

function provenance(targets: readonly string[], recorded: string, activity: object): string {
  const resource: Provenance = {
    resourceType: 'Provenance',
    target: targets.map((reference) => ({ reference })),
    recorded,
    activity: { coding: [activity] },
    // Who that was, messages do not say: their sender.
    agent: [{ who: { display: 'the source system' } }],
  };
  return JSON.stringify(resource);
}
