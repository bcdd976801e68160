import { fhirPath } from './fhir-path';
import * as validators from './r4-validators.cjs';
import type { SchemaFault, Validator } from './r4-validators.cjs';
import type { Issue } from '../operation-outcome';

/** Types of resource that can be validated. To add one, name it in `projenrc/fhir-validators/validators-source.ts`. */
export type ValidatedType = 'Observation';

const VALIDATORS: Readonly<Record<ValidatedType, Validator>> = { Observation: validators.Observation };

/** Faults told of one resource at most: a person mends the first ones, and an answer has to end. */
const ISSUES_MAX = 20;

/** Resources nest far less. What nests more is refused before a validator follows it down and runs out of stack. */
export const DEPTH_MAX = 64;

/**
 * What is wrong with a resource by the rules of FHIR R4 for its type; empty when nothing is.
 *
 * Issues name their places and what is legal, and never a value. What a profile or a use of the resource asks for besides is
 * for others to check.
 * @param root place of the resource, such as `Bundle.entry[3].resource`.
 */
export function resourceIssues(type: string, resource: unknown, root: string): Issue[] {
  if (isDeeperThan(resource, DEPTH_MAX)) {
    return [{ code: 'structure', diagnostics: `It nests deeper than ${DEPTH_MAX} levels`, expression: root }];
  }
  const validate = type === 'Observation' ? VALIDATORS[type] : undefined;
  if (validate === undefined) return [];
  if (validate(resource)) return [];
  const faults = validate.errors ?? [];
  const issues = faults.slice(0, ISSUES_MAX).map((fault) => issueOf(fault, root));
  const rest = faults.length - issues.length;
  if (rest === 0) return issues;
  return [
    ...issues,
    { severity: 'information', code: 'informational', diagnostics: `${rest} more issues are not listed` },
  ];
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

function issueOf(fault: SchemaFault, root: string): Issue {
  const place = fhirPath(root, fault.instancePath);
  switch (fault.keyword) {
    case 'required':
      return {
        code: 'required',
        diagnostics: `${fault.params.missingProperty} is missing`,
        expression: `${place}.${fault.params.missingProperty}`,
      };
    case 'additionalProperties':
      return unknownElement(fault.params.additionalProperty, place);
    case 'type':
      return { code: 'structure', diagnostics: `Expected JSON of type ${fault.params.type}`, expression: place };
    case 'enum':
      return {
        code: 'code-invalid',
        diagnostics: `Legal are ${fault.params.allowedValues.join(', ')}`,
        expression: place,
      };
    case 'const':
      return { code: 'value', diagnostics: `Legal is ${fault.params.allowedValue}`, expression: place };
    case 'minimum':
      return { code: 'value', diagnostics: `Expected ${fault.params.limit} or more`, expression: place };
    case 'minItems':
    case 'minProperties':
      return { code: 'structure', diagnostics: 'Nothing is in it: leave the element out instead', expression: place };
    case 'form':
      return { code: 'value', diagnostics: `Expected ${FORMS[fault.params.form] ?? 'text'}`, expression: place };
    case 'realDate':
      return { code: 'value', diagnostics: 'The calendar has no such day', expression: place };
    case 'choices':
      return {
        code: 'structure',
        diagnostics: `More than one ${fault.params.choice}[x]: one at most is legal`,
        expression: `${place}.${fault.params.choice}`,
      };
  }
}

/** The name of an unknown element is the caller's own text, and is repeated only when it looks like the name of one. */
function unknownElement(name: string, place: string): Issue {
  const isName = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name);
  return {
    code: 'structure',
    diagnostics: isName ? `FHIR R4 has no element ${name} here` : 'FHIR R4 has no such element here',
    expression: isName ? `${place}.${name}` : place,
  };
}

/** Forms of FHIR's primitive types (FHIR R4, Data Types), for people. */
const FORMS: Readonly<Record<string, string>> = {
  date: 'a date, such as 2026-11-22, 2026-11 or 2026',
  dateTime: 'a date, or date and time with offset, such as 2026-11-22T10:00:00+01:00',
  instant: 'a date and time with offset, such as 2026-11-22T10:00:00.000+01:00',
  time: 'a time of day, such as 10:00:00',
  id: '1 to 64 letters, digits, hyphens and dots',
  code: 'a code: text without spaces at its ends or two in a row',
  uri: 'a URI: text without spaces',
  oid: 'an OID, such as urn:oid:1.2.3',
  uuid: 'a UUID in small letters, such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  base64Binary: 'text in base64',
  string: 'text that is not empty',
};
