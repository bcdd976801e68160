import type { Faults } from './faults';
import { isElementName } from './fhir-path';
import { isResourceType, type ElementDefinition, typeDefinition } from './r4-definitions';
import { ruleOf } from './rules';
import { type Validate, valueValidator } from './value-validator';
import { isObject } from '../fhirpath/collection';

const validators = new Map<string, Validate>();

/**
 * A validator of values of a type (a data type, a resource, or an element with parts by its path), made when it is first asked for.
 *
 * @throws Error for a type that R4 does not have.
 */
export function typeValidator(type: string): Validate {
  const known = validators.get(type);
  if (known !== undefined) return known;
  // Noted before it is made, since types contain each other.
  let made: Validate | undefined;
  const validator: Validate = (value, faults, resource) => {
    made ??= objectValidator(type);
    made(value, faults, resource);
  };
  validators.set(type, validator);
  return validator;
}

/** A resource of whatever type it says to be, contained in another. */
export const validateContained: Validate = (value, faults) => {
  if (!isObject(value)) return faults.add('structure', 'Expected JSON of type object');
  const { resourceType } = value;
  if (typeof resourceType !== 'string' || !isResourceType(resourceType)) {
    return faults.add('value', 'Expected a type of resource of FHIR R4', 'resourceType');
  }
  return typeValidator(resourceType)(value, faults, value);
};

/** A resource in a Bundle or in Parameters: what it refers to inside of itself is its own. */
export const validateCarried: Validate = (value, faults, resource) => {
  const { rootResource } = faults;
  faults.rootResource = value;
  validateContained(value, faults, resource);
  faults.rootResource = rootResource;
};

interface Child {
  readonly definition: ElementDefinition;
  readonly validate: Validate;
  readonly isPrimitive: boolean;
  /** Name of what stands beside it when it is a primitive. */
  readonly besideName: string;
}

function objectValidator(type: string): Validate {
  const definition = typeDefinition(type);
  if (definition === undefined) throw new Error(`FHIR R4 has no type ${type}`);
  const isResource = isResourceType(type);
  const children = new Map<string, Child>(
    [...definition.elements.values()].map((element) => [
      element.name,
      { definition: element, besideName: `_${element.name}`, ...valueValidator(element) },
    ]),
  );
  const required = [...definition.elements.values()].filter(({ isRequired }) => isRequired);
  const rules = definition.rules.map(ruleOf);
  const extension = typeValidator('Element');

  return (value, faults, resource) => {
    if (!isObject(value)) return faults.add('structure', 'Expected JSON of type object');
    const before = faults.count;
    let said = 0;
    const choices = new Set<string>();
    for (const name of Object.keys(value)) {
      if (name === 'resourceType' && isResource) {
        if (value.resourceType !== type) faults.add('value', `Legal is ${type}`, 'resourceType');
        continue;
      }
      const child = children.get(name);
      if (name !== 'id' || isResource) said += 1;
      if (child !== undefined) {
        const { choice, isArray } = child.definition;
        if (choice !== undefined) noteChoice(choice, choices, faults);
        faults.steps.push(name);
        if (isArray) validateArray(value[name], value[child.besideName], child, faults, resource);
        else child.validate(value[name], faults, resource);
        faults.steps.pop();
        continue;
      }
      const beside = name.startsWith('_') ? children.get(name.slice(1)) : undefined;
      if (beside === undefined || !beside.isPrimitive || (name === '_id' && !isResource)) {
        faults.add('structure', unknownElement(name), isElementName(name) ? name : undefined);
        continue;
      }
      const { choice, isArray } = beside.definition;
      if (choice !== undefined && value[name.slice(1)] === undefined) noteChoice(choice, choices, faults);
      faults.steps.push(name.slice(1));
      if (isArray) validateBeside(value[name], value[name.slice(1)], extension, faults, resource);
      else extension(value[name], faults, resource);
      faults.steps.pop();
    }
    if (said === 0 && !isResource) faults.add('structure', 'Nothing is in it: leave the element out instead');
    for (const { name } of required) {
      if (value[name] === undefined && value[`_${name}`] === undefined) {
        faults.add('required', `${name} is missing`, name);
      }
    }
    for (const choice of definition.requiredChoices) {
      if (!choices.has(choice)) faults.add('required', `${choice}[x] is missing: one is legal`, choice);
    }
    // A rule is about elements that are what they should be.
    if (faults.count > before) return;
    for (const { text, holds } of rules) {
      if (!holds(value, resource, faults.rootResource)) faults.add('invariant', `${text.human} (${text.key})`);
    }
  };
}

/** Of each choice, one element at most; a primitive and what stands beside it are one. */
function noteChoice(choice: string, choices: Set<string>, faults: Faults): void {
  if (choices.has(choice)) faults.add('structure', `More than one ${choice}[x]: one at most is legal`, choice);
  choices.add(choice);
}

function validateArray(value: unknown, beside: unknown, child: Child, faults: Faults, resource: unknown): void {
  if (!Array.isArray(value)) return faults.add('structure', 'Expected JSON of type array');
  if (value.length === 0) return faults.add('structure', 'Nothing is in it: leave the element out instead');
  const others: readonly unknown[] = Array.isArray(beside) ? beside : [];
  value.forEach((one: unknown, index) => {
    // A value that is not known has its place, and beside it an extension that says why (FHIR R4, JSON, "primitive elements").
    if (one === null && child.isPrimitive && isObject(others[index])) return;
    faults.steps.push(index);
    child.validate(one, faults, resource);
    faults.steps.pop();
  });
}

/** What stands beside an array of primitives: as many, and nothing where there is nothing to say. */
function validateBeside(value: unknown, values: unknown, extension: Validate, faults: Faults, resource: unknown): void {
  if (!Array.isArray(value)) return faults.add('structure', 'Expected JSON of type array');
  if (value.length === 0 || value.every((one) => one === null)) {
    return faults.add('structure', 'Nothing is in it: leave the element out instead');
  }
  if (Array.isArray(values) && value.length !== values.length) {
    return faults.add('structure', 'Expected as many items as the element without _ has');
  }
  value.forEach((one: unknown, index) => {
    if (one === null) return;
    faults.steps.push(index);
    extension(one, faults, resource);
    faults.steps.pop();
  });
}

/** The name of an unknown element is the sender's own text, and is repeated only when it looks like the name of one. */
function unknownElement(name: string): string {
  return isElementName(name) ? `FHIR R4 has no element ${name} here` : 'FHIR R4 has no such element here';
}
