import { recordMentions } from './mentions';
import type { Person } from '../../../runtime/operations/operated-workload';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import { derivedResourceId } from '../decode/identity';

interface PersonRow {
  readonly ids: string[];
  readonly isMerged: boolean;
}

interface IdentifierRow {
  readonly system: string | null;
  readonly value: string;
}

const PERSON_SQL = `
SELECT ARRAY(SELECT patient_with_merged($1)) AS ids,
  EXISTS (SELECT FROM patient_merge WHERE merged_id = $1) AS "isMerged"`;

/**
 * Identifiers of all versions of the person's Patients, but for those that another Patient has as well: a number that a family
 * shares, or that was mistyped once, tells nobody from another.
 */
const IDENTIFIERS_SQL = `
SELECT DISTINCT identifier ->> 'system' AS system, identifier ->> 'value' AS value
FROM resource_version AS version
  CROSS JOIN json_array_elements(content::json -> 'identifier') AS identifier
WHERE version.resource_type = 'Patient' AND version.resource_id = ANY ($1::text[]) AND identifier ->> 'value' IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM resource_token AS token
    WHERE token.resource_type = 'Patient' AND token.parameter = 'identifier'
      AND token.code = identifier ->> 'value' AND token.system = coalesce(identifier ->> 'system', '')
      AND token.resource_id <> ALL ($1::text[])
  )`;

/**
 * The person behind a Patient's id: with the Patients that were merged into it, at however many removes, and with their
 * identifiers, by which messages speak of them that know no ids.
 */
export async function identifyPerson(pool: Pick<DatabasePool, 'query'>, patientId: string): Promise<Person> {
  const found = await pool.query<PersonRow & Record<string, unknown>>(PERSON_SQL, [patientId]);
  const { ids = [], isMerged = false } = found.rows[0] ?? {};
  const merged = ids.filter((id) => id !== patientId);
  const all = [patientId, ...merged];
  const { rows } = await pool.query<IdentifierRow & Record<string, unknown>>(IDENTIFIERS_SQL, [all]);
  const identifiers = rows.map(({ system, value }) => ({
    system: system ?? '',
    value,
    // What a message with this identifier makes the patient's id of.
    patientId: derivedResourceId('Patient', { system: system ?? '', value }, ''),
  }));
  return { patientId, ids: all, isMerged, mentions: recordMentions(all, identifiers) };
}
