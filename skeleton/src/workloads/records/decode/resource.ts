import type { Refusal } from './refusal';
import { R4_RESOURCE_TYPES } from '../../../fhir-r4-types';
import { circularReferences } from '../../../runtime/fhir/validation/circular-references';
import { resourceIssues } from '../../../runtime/fhir/validation/resource-issues';

/** Types of resource that FHIR R4 defines for records. */
export const KNOWN_TYPES: ReadonlySet<string> = new Set(R4_RESOURCE_TYPES);

/**
 * Why a resource cannot be stored; `undefined` when it can.
 *
 * @param root place of the resource, such as `Bundle.entry[3].resource`.
 */
export function resourceRefusal(
  resource: Readonly<Record<string, unknown>>,
  resourceTypes: ReadonlySet<string>,
  root: string,
): Refusal | undefined {
  const { resourceType } = resource;
  const expression = `${root}.resourceType`;
  if (typeof resourceType !== 'string' || !resourceTypes.has(resourceType)) {
    const diagnostics = `Legal are ${[...resourceTypes].join(', ')}`;
    return typeof resourceType === 'string' && KNOWN_TYPES.has(resourceType)
      ? { code: 'resource_type_not_taken', issues: [{ code: 'not-supported', diagnostics, expression }] }
      : { code: 'unknown_resource_type', issues: [{ code: 'value', diagnostics, expression }] };
  }
  const issues = resourceIssues(resourceType, resource, root);
  if (issues.length > 0) return { code: 'resource_invalid', issues };
  const circular = circularReferences(resource, root);
  return circular.length === 0 ? undefined : { code: 'reference_circular', issues: circular };
}
