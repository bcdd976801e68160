import { type PageStatement, StatementValues } from '../statement';

/** Everything that belongs to a patient. */
export interface EverythingQuery {
  readonly patientId: string;
  /** Types of resource that are wanted. */
  readonly resourceTypes: readonly string[];
  /** Changed since then, an instant. */
  readonly since: string;
  /** Times of care, instants: of resources that have dates, those with one that touches the stretch. */
  readonly careFrom: string;
  readonly careTo: string;
  readonly pageSize: number;
  readonly after: EverythingPosition | undefined;
}

/** Place in the order of the answer: by type and id. */
export interface EverythingPosition {
  readonly resourceType: string;
  readonly resourceId: string;
}

/** Sorts before every resource. */
const BEFORE_ALL: EverythingPosition = { resourceType: '', resourceId: '' };

/**
 * The statement for a page of a patient's record: the Patient, whatever the search parameter `patient` finds by it, the same of those who
 * were merged into it, and what all of these refer to. What belongs to somebody else is never shown, whoever refers to it: of what is
 * referred to, only what has no patient, such as practitioners and organizations.
 *
 * Costs in proportion to the patient's record, each page anew.
 */
export function everythingStatement(query: EverythingQuery): PageStatement {
  const values = new StatementValues();
  const after = query.after ?? BEFORE_ALL;
  const own = values.once(`
  SELECT 'Patient' AS resource_type, person AS resource_id FROM patient_with_merged(${values.add(query.patientId)}) AS person
  UNION
  SELECT of_patient.resource_type, of_patient.resource_id
  FROM patient_with_merged($1) AS person
  JOIN resource_reference AS of_patient
    ON of_patient.target_type = 'Patient' AND of_patient.target_id = person AND of_patient.parameter = 'patient'`);
  const [careFrom, careTo] = [values.add(query.careFrom), values.add(query.careTo)];
  const isOf = 'dated.resource_type = resource.resource_type AND dated.resource_id = resource.resource_id';
  const text = `
SELECT resource.resource_type, resource.resource_id, resource.version_id
FROM (
  SELECT resource_type, resource_id FROM ${own}
  UNION
  SELECT referred.target_type, referred.target_id
  FROM ${own} JOIN resource_reference AS referred USING (resource_type, resource_id)
  WHERE referred.target_type <> 'Patient' AND NOT EXISTS (
    SELECT FROM resource_reference AS of_patient
    WHERE of_patient.resource_type = referred.target_type AND of_patient.resource_id = referred.target_id
      AND of_patient.parameter = 'patient' AND of_patient.target_type = 'Patient'
  )
) AS wanted JOIN resource USING (resource_type, resource_id)
WHERE NOT resource.deleted
  AND resource.resource_type = ANY (${values.add(query.resourceTypes)}::text[])
  AND resource.last_updated >= ${values.add(query.since)}::timestamptz
  AND (resource.resource_type, resource.resource_id) > (${values.add(after.resourceType)}, ${values.add(after.resourceId)})
  AND (
    (${careFrom}::timestamptz = '-infinity' AND ${careTo}::timestamptz = 'infinity')
    OR resource.resource_type = 'Patient'
    OR NOT EXISTS (SELECT FROM resource_date AS dated WHERE ${isOf})
    OR EXISTS (
      SELECT FROM resource_date AS dated
      WHERE ${isOf} AND dated.starts_at < ${careTo}::timestamptz AND dated.ends_at > ${careFrom}::timestamptz
    )
  )
ORDER BY resource.resource_type, resource.resource_id LIMIT ${values.add(query.pageSize + 1)}`;
  return values.page(text, 'version.resource_type, version.resource_id');
}
