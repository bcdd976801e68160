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
 * Costs in proportion to the patient's record, each page anew: `OFFSET 0` has each step look up the few rows of the step before, where the
 * planner, which cannot know how few they are, would read tables as a whole.
 */
export function everythingStatement(query: EverythingQuery): PageStatement {
  const values = new StatementValues();
  const after = query.after ?? BEFORE_ALL;
  const persons = `patient_with_merged(${values.add(query.patientId)}) AS person`;
  const own = values.once(`
  SELECT 'Patient' AS resource_type, person AS resource_id FROM ${persons}
  UNION
  SELECT of_patient.resource_type, of_patient.resource_id
  FROM ${persons} CROSS JOIN LATERAL (
    SELECT resource_type, resource_id FROM resource_reference
    WHERE target_type = 'Patient' AND target_id = person AND parameter = 'patient' OFFSET 0
  ) AS of_patient`);
  const text = `
SELECT resource.resource_type, resource.resource_id, resource.version_id
FROM (
  SELECT resource_type, resource_id FROM ${own}
  UNION
  SELECT referred.target_type, referred.target_id
  FROM ${own} AS own CROSS JOIN LATERAL (
    SELECT target_type, target_id FROM resource_reference
    WHERE resource_type = own.resource_type AND resource_id = own.resource_id AND target_type <> 'Patient' OFFSET 0
  ) AS referred
  WHERE NOT EXISTS (
    SELECT FROM resource_reference AS of_patient
    WHERE of_patient.resource_type = referred.target_type AND of_patient.resource_id = referred.target_id
      AND of_patient.parameter = 'patient' AND of_patient.target_type = 'Patient' OFFSET 0
  )
) AS wanted
CROSS JOIN LATERAL (
  SELECT * FROM resource
  WHERE resource.resource_type = wanted.resource_type AND resource.resource_id = wanted.resource_id OFFSET 0
) AS resource
WHERE NOT resource.deleted
  AND resource.resource_type = ANY (${values.add(query.resourceTypes)}::text[])
  AND resource.last_updated >= ${values.add(query.since)}::timestamptz
  AND (resource.resource_type, resource.resource_id) > (${values.add(after.resourceType)}, ${values.add(after.resourceId)})
  AND ${touchesCare(query, values)}
ORDER BY resource.resource_type, resource.resource_id LIMIT ${values.add(query.pageSize + 1)}`;
  return values.page(text, 'version.resource_type, version.resource_id');
}

/** Whether a resource has a date in the time that is asked for, or none at all; a Patient's dates are not those of care. */
function touchesCare({ careFrom, careTo }: EverythingQuery, values: StatementValues): string {
  if (careFrom === '-infinity' && careTo === 'infinity') return 'true';
  const isOf = 'dated.resource_type = resource.resource_type AND dated.resource_id = resource.resource_id';
  return `(
    resource.resource_type = 'Patient'
    OR NOT EXISTS (SELECT FROM resource_date AS dated WHERE ${isOf} OFFSET 0)
    OR EXISTS (
      SELECT FROM resource_date AS dated
      WHERE ${isOf} AND dated.starts_at < ${values.add(careTo)}::timestamptz AND dated.ends_at > ${values.add(careFrom)}::timestamptz
      OFFSET 0
    )
  )`;
}
