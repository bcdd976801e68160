import { R4_RESOURCE_TYPES, type R4ResourceType } from '../../fhir-r4-types';
import { EnvironmentError } from '../../runtime/environment';

/**
 * Reads `RESOURCE_TYPES`: the types of resource that this pipeline keeps, between commas. All others are refused.
 *
 * @throws EnvironmentError
 */
export function parseResourceTypes(variables: Readonly<Record<string, string | undefined>>): readonly R4ResourceType[] {
  const text = variables.RESOURCE_TYPES;
  const legal = 'types of FHIR R4 resources between commas, such as Patient,Encounter';
  if (text === undefined) throw new EnvironmentError([`RESOURCE_TYPES is missing: expected ${legal}`]);
  const names = text.split(',');
  const types = R4_RESOURCE_TYPES.filter((type) => names.includes(type));
  if (types.length < names.length) throw new EnvironmentError([`RESOURCE_TYPES is wrong: expected ${legal}`]);
  return types;
}
