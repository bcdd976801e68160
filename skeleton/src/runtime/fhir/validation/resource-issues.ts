import { Faults } from './faults';
import { isResourceType } from './r4-definitions';
import { typeValidator } from './type-validator';
import type { Issue } from '../operation-outcome';

/** Resources nest far less. What nests more is refused before a validator follows it down and runs out of stack. */
export const DEPTH_MAX = 64;

/**
 * What is wrong with a resource by the rules of FHIR R4 for its type: elements and their types, how often they occur, one of
 * each choice, forms of primitives, days that exist, codes of required bindings, and the rules of severity error. Empty when nothing is.
 *
 * Issues name their places and what is legal, and never a value. What a profile or a use of the resource asks for besides is
 * for others to check.
 * @param type what the resource should be.
 * @param root place of the resource, such as `Bundle.entry[3].resource`.
 * @throws Error when R4 has no resources of that type.
 */
export function resourceIssues(type: string, resource: unknown, root: string): Issue[] {
  if (!isResourceType(type)) throw new Error(`FHIR R4 has no resources of type ${type}`);
  const faults = new Faults(root, resource);
  if (isDeeperThan(resource, DEPTH_MAX)) faults.add('structure', `It nests deeper than ${DEPTH_MAX} levels`);
  else typeValidator(type)(resource, faults, resource);
  return faults.issues();
}

/** Goes down as far as is legal, which never is too far for the stack. */
function isDeeperThan(value: unknown, levelsMax: number): boolean {
  if (levelsMax < 0) return true;
  if (typeof value !== 'object' || value === null) return false;
  for (const child of Object.values(value)) {
    if (isDeeperThan(child, levelsMax - 1)) return true;
  }
  return false;
}
