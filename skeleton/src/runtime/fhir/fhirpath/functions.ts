import {
  childrenNamed,
  childrenOf,
  type Collection,
  conditionOf,
  descendantsOf,
  distinctItems,
  isEqual,
  isObject,
  NOTHING,
  truth,
} from './collection';
import type { Evaluate, Scope } from './compile';

type FhirPathFunction = (focus: Collection, args: readonly Evaluate[], scope: Scope) => Collection;

/**
 * Functions of FHIRPath, and those that FHIR R4 adds, as far as the rules of R4 call them. Nothing contains no text and begins
 * with none: R4's rules are written so, and HL7's own validator reads them so, where FHIRPath would answer with nothing.
 */
export const FUNCTIONS: Readonly<Record<string, FhirPathFunction>> = {
  all: (focus, [criteria], scope) => truth(focus.every((item) => holds(item, criteria, scope))),
  children: (focus) => focus.flatMap(childrenOf),
  combine: (focus, [other], scope) => [...focus, ...(other?.(scope.focus, scope) ?? [])],
  contains: (focus, args, scope) => onText(focus, args, scope, (text, part) => text.includes(part)),
  count: (focus) => [focus.length],
  descendants: (focus) => focus.flatMap(descendantsOf),
  distinct: (focus) => distinctItems(focus),
  empty: (focus) => truth(focus.length === 0),
  exists: (focus, [criteria], scope) =>
    truth(criteria === undefined ? focus.length > 0 : focus.some((item) => holds(item, criteria, scope))),
  first: (focus) => focus.slice(0, 1),
  hasValue: (focus) => truth(focus.length === 1 && typeof focus[0] !== 'object'),
  iif: (focus, [condition, then, otherwise], scope) => {
    const branch = conditionOf(condition?.(focus, scope) ?? NOTHING) === true ? then : otherwise;
    return branch?.(focus, scope) ?? NOTHING;
  },
  intersect: (focus, [other], scope) => {
    const others = other?.(scope.focus, scope) ?? NOTHING;
    return distinctItems(focus.filter((item) => others.some((one) => isEqual(one, item))));
  },
  isDistinct: (focus) => truth(distinctItems(focus).length === focus.length),
  last: (focus) => focus.slice(-1),
  matches: (focus, args, scope) => onText(focus, args, scope, (text, pattern) => regularExpression(pattern).test(text)),
  not: (focus) => {
    const condition = conditionOf(focus);
    return condition === undefined ? NOTHING : truth(!condition);
  },
  replaceMatches: (focus, [pattern, substitution], scope) => {
    const [text] = focus;
    const [from] = pattern?.(focus, scope) ?? NOTHING;
    const [to] = substitution?.(focus, scope) ?? NOTHING;
    return typeof text === 'string' ? [text.replace(new RegExp(String(from), 'g'), String(to))] : NOTHING;
  },
  resolve: (focus, _args, { rootResource }) => focus.flatMap((item) => resolved(item, rootResource)),
  select: (focus, [projection], scope) => focus.flatMap((item) => [...(projection?.([item], scope) ?? NOTHING)]),
  startsWith: (focus, args, scope) => onText(focus, args, scope, (text, part) => text.startsWith(part)),
  substring: (focus, [start], scope) => {
    const [text] = focus;
    const [from] = start?.(focus, scope) ?? NOTHING;
    return typeof text === 'string' && typeof from === 'number' && from < text.length ? [text.slice(from)] : NOTHING;
  },
  tail: (focus) => focus.slice(1),
  toInteger: ([item]) => {
    if (typeof item === 'number' && Number.isInteger(item)) return [item];
    return typeof item === 'string' && /^[+-]?\d+$/.test(item) ? [Number(item)] : NOTHING;
  },
  toString: ([item]: Collection) => (item === undefined || typeof item === 'object' ? NOTHING : [String(item)]),
  trace: (focus) => focus,
  where: (focus, [criteria], scope) => focus.filter((item) => holds(item, criteria, scope)),
};

function holds(item: unknown, criteria: Evaluate | undefined, scope: Scope): boolean {
  return conditionOf(criteria?.([item], scope) ?? NOTHING) === true;
}

function onText(
  [item]: Collection,
  [argument]: readonly Evaluate[],
  scope: Scope,
  judge: (text: string, part: string) => boolean,
): Collection {
  const [part] = argument?.(scope.focus, scope) ?? NOTHING;
  return truth(typeof item === 'string' && typeof part === 'string' && judge(item, part));
}

const expressions = new Map<string, RegExp>();

/** Patterns are those of the rules, a handful. */
function regularExpression(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern);
  expressions.set(pattern, known);
  return known;
}

/** A contained resource; what lies elsewhere is not looked for. */
function resolved(item: unknown, rootResource: unknown): unknown[] {
  const reference = isObject(item) ? item.reference : item;
  if (typeof reference !== 'string' || !reference.startsWith('#')) return [];
  return childrenNamed(rootResource, 'contained').filter((one) => isObject(one) && `#${String(one.id)}` === reference);
}
