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

/** Level by level and not by recursion, since it looks for what recursion cannot follow. */
function isDeeperThan(value: unknown, levelsMax: number): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levelsMax) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
