import { choiceNamesOf, RULE_TEXTS, type RuleText } from './r4-definitions';
import { conditionOf, isObject } from '../fhirpath/collection';
import { compileFhirPath } from '../fhirpath/compile';

/** A rule of FHIR R4 that has to hold for an element (FHIR R4, Validation, "Invariants"). */
export interface Rule {
  readonly text: RuleText;
  readonly holds: (element: unknown, resource: unknown, rootResource: unknown) => boolean;
}

const rules = new Map<number, Rule>();

/** The rule of a number in the table, compiled when it is first asked for. */
export function ruleOf(number: number): Rule {
  const known = rules.get(number);
  if (known !== undefined) return known;
  const text = RULE_TEXTS[number];
  if (text === undefined) throw new Error(`There is no rule ${number}: make the table again with npx projen`);
  const rule: Rule = { text, holds: OWN[text.key] ?? compiled(text) };
  rules.set(number, rule);
  return rule;
}

function compiled({ expression }: RuleText): Rule['holds'] {
  const evaluate = compileFhirPath(expression, choiceNamesOf);
  return (element, resource, rootResource) => {
    const focus = [element];
    return conditionOf(evaluate(focus, { resource, rootResource, focus })) === true;
  };
}

/** Rules that are judged by hand: their FHIRPath asks for types that JSON does not tell, or overlooks what R4 says in words. */
const OWN: Readonly<Record<string, Rule['holds']>> = {
  'dom-3': (resource) => containedAreReferred(resource),
  'ref-1': (reference, _resource, rootResource) => isResolvedInside(reference, rootResource),
};

/** Each contained resource is referred to, or refers to what contains it (FHIR R4, `dom-3`). */
function containedAreReferred(resource: unknown): boolean {
  if (!isObject(resource) || !Array.isArray(resource.contained)) return true;
  const contained: readonly unknown[] = resource.contained;
  const said = new Set<string>();
  addTexts(resource, said);
  return contained.every((one) => {
    if (!isObject(one)) return true;
    if (typeof one.id === 'string' && said.has(`#${one.id}`)) return true;
    const own = new Set<string>();
    addTexts(one, own);
    return own.has('#');
  });
}

function addTexts(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) texts.add(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) addTexts(child, texts);
  }
}

/** `#id` names a contained resource; `#` alone is the one that contains (FHIR R4, References, "Contained Resources"). */
function isResolvedInside(element: unknown, rootResource: unknown): boolean {
  const reference = isObject(element) ? element.reference : undefined;
  if (typeof reference !== 'string' || !reference.startsWith('#') || reference === '#') return true;
  return isObject(rootResource) && containedIds(rootResource).has(reference.slice(1));
}

/** By resource, since each of its references asks. */
const idsByResource = new WeakMap<object, ReadonlySet<unknown>>();

function containedIds(resource: Readonly<Record<string, unknown>>): ReadonlySet<unknown> {
  const known = idsByResource.get(resource);
  if (known !== undefined) return known;
  const contained: readonly unknown[] = Array.isArray(resource.contained) ? resource.contained : [];
  const ids = new Set(contained.map((one) => (isObject(one) ? one.id : undefined)));
  idsByResource.set(resource, ids);
  return ids;
}
