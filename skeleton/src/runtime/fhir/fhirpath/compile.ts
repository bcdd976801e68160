import { childrenNamed, type Collection, conditionOf, isObject, NO, NOTHING, truth, YES } from './collection';
import { FUNCTIONS } from './functions';
import { OPERATORS } from './operators';
import { type Expression, parseFhirPath } from './parse';

/** Where an expression is evaluated. */
export interface Scope {
  /** The resource that contains the element. */
  readonly resource: unknown;
  /** The resource that contains that one, when it is contained; else the same. */
  readonly rootResource: unknown;
  /** What the whole expression is about. */
  readonly focus: Collection;
}

export type Evaluate = (focus: Collection, scope: Scope) => Collection;

/** Names in JSON that an element of several types may have: `value` gives `valueString`, `valueQuantity`, … */
export type ChoiceNames = (element: string) => readonly string[];

const UCUM: Collection = ['http://unitsofmeasure.org'];

/** @throws Error when the text is no FHIRPath, or calls a function that the rules of FHIR R4 do without. */
export function compileFhirPath(text: string, choiceNames: ChoiceNames): Evaluate {
  return compile(parseFhirPath(text));

  function compile(expression: Expression): Evaluate {
    switch (expression.kind) {
      case 'literal': {
        const literal = [expression.value];
        return () => literal;
      }
      case 'empty':
        return () => NOTHING;
      case 'this':
        return (focus) => focus;
      case 'variable':
        return variable(expression.name);
      case 'member':
        return member(expression.of === undefined ? undefined : compile(expression.of), expression.name);
      case 'call':
        return call(expression.of === undefined ? undefined : compile(expression.of), expression.name, expression.args);
      case 'type':
        return typed(expression);
      case 'binary':
        return binary(expression.operator, compile(expression.left), compile(expression.right));
    }
  }

  function variable(name: string): Evaluate {
    switch (name) {
      case 'resource':
        return (_focus, { resource }) => [resource];
      case 'rootResource':
        return (_focus, { rootResource }) => [rootResource];
      case 'context':
        return (_focus, scope) => scope.focus;
      case 'ucum':
        return () => UCUM;
      default:
        throw new Error(`FHIRPath has an unknown variable %${name}: ${text}`);
    }
  }

  function member(of: Evaluate | undefined, name: string): Evaluate {
    const named = childrenByName(name, choiceNames(name));
    return (focus, scope) => {
      const items = of === undefined ? focus : of(focus, scope);
      // A path may begin with the type of what it is about.
      if (of === undefined && isOfType(items[0], name)) return items;
      return items.length === 1 ? named(items[0]) : items.flatMap(named);
    };
  }

  function call(of: Evaluate | undefined, name: string, args: readonly Expression[]): Evaluate {
    const found = FUNCTIONS[name];
    if (found === undefined) throw new Error(`FHIRPath calls an unknown function ${name}: ${text}`);
    const compiled = args.map(compile);
    return (focus, scope) => found(of === undefined ? focus : of(focus, scope), compiled, scope);
  }

  /** Of an element of several types the name in JSON tells the type; of a resource, what it says of itself. */
  function typed({ of, operator, type }: Extract<Expression, { kind: 'type' }>): Evaluate {
    const element = of.kind === 'member' && choiceNames(of.name).length > 0 ? of : undefined;
    if (element === undefined) {
      const items = compile(of);
      return operator === 'is'
        ? (focus, scope) => truth(isOfType(items(focus, scope)[0], type))
        : (focus, scope) => items(focus, scope).filter((item) => isOfType(item, type));
    }
    const concrete = `${element.name}${type.charAt(0).toUpperCase()}${type.slice(1)}`;
    const part = member(element.of === undefined ? undefined : compile(element.of), concrete);
    if (operator === 'as') return part;
    return (focus, scope) => truth(part(focus, scope).length > 0);
  }
}

function isOfType(item: unknown, type: string): boolean {
  return isObject(item) && item.resourceType === type;
}

/** @param choices names that the element has in JSON when it is of several types. */
function childrenByName(name: string, choices: readonly string[]): (item: unknown) => unknown[] {
  const besideName = `_${name}`;
  if (choices.length === 0) return (item) => childrenNamed(item, name, besideName);
  const choiceByKey = new Map(choices.flatMap((choice) => [choice, `_${choice}`].map((key) => [key, choice] as const)));
  return (item) => {
    const own = childrenNamed(item, name, besideName);
    if (own.length > 0 || !isObject(item)) return own;
    const choice = Object.keys(item)
      .map((key) => choiceByKey.get(key))
      .find((found) => found !== undefined);
    return choice === undefined ? own : childrenNamed(item, choice);
  };
}

function binary(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case 'and':
      return (focus, scope) => both(left(focus, scope), () => right(focus, scope));
    case 'or':
      return (focus, scope) => either(left(focus, scope), () => right(focus, scope));
    case 'implies':
      return (focus, scope) => either(negated(left(focus, scope)), () => right(focus, scope));
    default: {
      const operate = OPERATORS[operator];
      if (operate === undefined) throw new Error(`FHIRPath has an unknown operator ${operator}`);
      return (focus, scope) => operate(left(focus, scope), right(focus, scope));
    }
  }
}

function both(left: Collection, right: () => Collection): Collection {
  const one = conditionOf(left);
  if (one === false) return NO;
  const other = conditionOf(right());
  if (other === false) return NO;
  return one === undefined || other === undefined ? NOTHING : YES;
}

function either(left: Collection, right: () => Collection): Collection {
  const one = conditionOf(left);
  if (one === true) return YES;
  const other = conditionOf(right());
  if (other === true) return YES;
  return one === undefined || other === undefined ? NOTHING : NO;
}

function negated(collection: Collection): Collection {
  const condition = conditionOf(collection);
  return condition === undefined ? NOTHING : truth(!condition);
}
