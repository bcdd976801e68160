import type { RecordsFixture } from './records-fixture';

/** Patients with an observation or more. */
export const PATIENTS = 500;

/**
 * Stores so many observations, of which every tenth is of patient `p-0` and the others of all patients in turn: twenty codes, one of them in
 * two systems, one in fifty of another status, an identifier each, a quarter of an hour between them.
 */
export async function storeMany({ database: { owner } }: RecordsFixture, observations: number): Promise<void> {
  const number = `FROM generate_series(0, ${observations - 1}) AS number`;
  const id = `'o-' || lpad(number::text, 7, '0')`;
  const patient = `'p-' || CASE WHEN number % 10 = 0 THEN 0 ELSE number % ${PATIENTS} END`;
  const code = `'code-' || number % 20`;
  const system = `CASE WHEN number % 400 = 1 THEN 'urn:other' ELSE 'http://loinc.org' END`;
  const status = `CASE WHEN number % 50 = 3 THEN 'amended' ELSE 'final' END`;
  const startsAt = `timestamptz '2026-11-01T00:00:00Z' - number * interval '15 minutes'`;
  const lastUpdated = `timestamptz '2026-11-01T00:00:00Z' + number * interval '1 second'`;
  const content = `json_build_object('resourceType', 'Observation', 'id', ${id}, 'status', ${status}, 'subject', json_build_object('reference', 'Patient/' || ${patient}), 'note', json_build_array(json_build_object('text', repeat('x', 300))))`;
  for (const statement of [
    `INSERT INTO resource_version SELECT 'Observation', ${id}, 1, ${lastUpdated}, false, ${content}, NULL, NULL, gen_random_uuid() ${number}`,
    `INSERT INTO resource SELECT 'Observation', ${id}, 1, ${lastUpdated}, false ${number}`,
    `INSERT INTO resource_token SELECT 'Observation', 'code', ${system}, ${code}, ${id} ${number}`,
    `INSERT INTO resource_token SELECT 'Observation', 'status', '', ${status}, ${id} ${number}`,
    `INSERT INTO resource_token SELECT 'Observation', 'identifier', 'urn:lis', number::text, ${id} ${number}`,
    `INSERT INTO resource_date SELECT 'Observation', 'date', ${startsAt}, ${startsAt} + interval '1 second', ${id} ${number}`,
    `INSERT INTO resource_reference SELECT 'Observation', ${id}, 'Observation.subject', parameter, 'Patient', ${patient}
     ${number} CROSS JOIN unnest(ARRAY['patient', 'subject']) AS parameter`,
    `INSERT INTO resource_version SELECT 'Patient', 'p-' || number, 1, ${lastUpdated}, false, json_build_object('resourceType', 'Patient', 'id', 'p-' || number), NULL, NULL, gen_random_uuid()
     FROM generate_series(0, ${PATIENTS - 1}) AS number`,
    `INSERT INTO resource SELECT 'Patient', 'p-' || number, 1, ${lastUpdated}, false FROM generate_series(0, ${PATIENTS - 1}) AS number`,
  ]) {
    await owner.query(statement);
  }
}

/** Puts so many accesses on record, of all patients in turn, by two principals, a quarter of an hour between them. */
export async function storeAccesses({ database: { owner } }: RecordsFixture, accesses: number): Promise<void> {
  await owner.query(
    `INSERT INTO access_audit (occurred_at, request_id, principal, action, resource_type, patient_id, query, outcome, status, returned)
     SELECT timestamptz '2026-11-01T00:00:00Z' - number * interval '15 minutes', number::text,
       CASE WHEN number % 2 = 0 THEN 'someone' ELSE 'else' END, 'search', 'Observation', 'p-' || number % ${PATIENTS}, '', 'success', 200, 1
     FROM generate_series(0, ${accesses - 1}) AS number`,
  );
}
