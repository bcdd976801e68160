import { codesFault } from './codes';
import type { Faults } from './faults';
import { primitiveJudge } from './primitives';
import type { ElementDefinition } from './r4-definitions';
import { ruleOf } from './rules';
import { typeValidator, validateCarried, validateContained } from './type-validator';
import { xhtmlFault } from './xhtml';

/** Adds what is wrong with a value. `resource` is the resource that the value is in, or is. */
export type Validate = (value: unknown, faults: Faults, resource: unknown) => void;

/** A validator of one value of an element, without regard to how often it occurs. */
export function valueValidator(element: ElementDefinition): {
  readonly validate: Validate;
  readonly isPrimitive: boolean;
} {
  const { codes, rules } = element;
  const { validate, isPrimitive } = ofType(element);
  if (codes === undefined && rules.length === 0) return { validate, isPrimitive };
  const judge = codes === undefined ? undefined : codesFault(codes);
  return {
    isPrimitive,
    validate: (value, faults, resource) => {
      const before = faults.count;
      validate(value, faults, resource);
      if (faults.count > before) return;
      const legal = judge?.(value);
      if (legal !== undefined) faults.add('code-invalid', `Legal are ${legal}`);
      for (const { text, holds } of rules.map(ruleOf)) {
        if (!holds(value, resource, faults.rootResource)) faults.add('invariant', `${text.human} (${text.key})`);
      }
    },
  };
}

function ofType({ name, type }: ElementDefinition): { readonly validate: Validate; readonly isPrimitive: boolean } {
  if (type === 'Resource') {
    return { validate: name === 'contained' ? validateContained : validateCarried, isPrimitive: false };
  }
  const judge = type === 'xhtml' ? xhtmlFault : primitiveJudge(type);
  if (judge === undefined) return { validate: typeValidator(type), isPrimitive: false };
  return {
    isPrimitive: true,
    validate: (value, faults) => {
      const fault = judge(value);
      if (fault !== undefined) faults.add(fault.code, fault.diagnostics);
    },
  };
}
