import table from './r4-definitions.json';

/** An element of a type, under the name that it has in JSON. */
export interface ElementDefinition {
  readonly name: string;
  /** A primitive, a data type, a path of an element with parts, or `Resource` for any resource. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly isArray: boolean;
  /** `value` for `valueString`, which is one of several. */
  readonly choice?: string;
  /** Codes by system of a required binding. */
  readonly codes?: Readonly<Record<string, readonly string[]>>;
  /** Numbers of rules that are the element's own. */
  readonly rules: readonly number[];
}

export interface TypeDefinition {
  /** With those of the types that it is built on. */
  readonly elements: ReadonlyMap<string, ElementDefinition>;
  /** Choices of which there must be one. */
  readonly requiredChoices: readonly string[];
  readonly rules: readonly number[];
}

export interface RuleText {
  readonly key: string;
  /** What is legal, in HL7's words. */
  readonly human: string;
  /** FHIRPath. */
  readonly expression: string;
}

interface Row {
  readonly base?: string;
  readonly elements: Readonly<Record<string, string>>;
  readonly rules: readonly number[];
}

/** What `npx projen` writes from HL7's definitions of FHIR R4: see `projenrc/fhir-r4/definition-table.ts`. */
const ROWS = new Map<string, Row>(Object.entries(table.types));
const CODES = new Map<string, Readonly<Record<string, readonly string[]>>>(Object.entries(table.codes));

export const RULE_TEXTS: readonly RuleText[] = table.rules.map(([key = '', human = '', expression = '']) => ({
  key,
  human,
  expression,
}));

/** Whether there is a resource of that type. */
export function isResourceType(type: string): boolean {
  const base = ROWS.get(type)?.base;
  return base === 'DomainResource' || (base === 'Resource' && type !== 'DomainResource');
}

/** A type, or an element with parts of its own by its path; `undefined` when R4 has no such type. */
export function typeDefinition(type: string): TypeDefinition | undefined {
  const row = ROWS.get(type);
  if (row === undefined) return undefined;
  const base = row.base === undefined ? undefined : typeDefinition(row.base);
  const own = Object.entries(row.elements).flatMap(([name, text]) => readElements(name, text));
  return {
    elements: new Map([...(base?.elements ?? []), ...own.map((element) => [element.name, element] as const)]),
    requiredChoices: [
      ...(base?.requiredChoices ?? []),
      ...Object.entries(row.elements).flatMap(([name, text]) => (isRequiredChoice(name, text) ? [withoutX(name)] : [])),
    ],
    rules: [...(base?.rules ?? []), ...row.rules],
  };
}

const ELEMENT = /^(?<types>[^!*+#@]+)(?<occurs>[!*+]?)(?:#(?<codes>[^@]+))?(?:@(?<rules>.+))?$/;

function readElements(name: string, text: string): ElementDefinition[] {
  const { types = '', occurs = '', codes, rules } = ELEMENT.exec(text)?.groups ?? {};
  const shared = {
    isRequired: occurs === '!' || occurs === '+',
    isArray: occurs === '*' || occurs === '+',
    rules: rules === undefined ? [] : rules.split(',').map(Number),
    ...(codes === undefined ? {} : { codes: CODES.get(codes) ?? {} }),
  };
  if (!name.endsWith('[x]')) return [{ ...shared, name, type: types }];
  const choice = withoutX(name);
  return types.split('|').map((type) => ({
    ...shared,
    isRequired: false,
    name: `${choice}${type.charAt(0).toUpperCase()}${type.slice(1)}`,
    type,
    choice,
  }));
}

function isRequiredChoice(name: string, text: string): boolean {
  return name.endsWith('[x]') && ELEMENT.exec(text)?.groups?.occurs === '!';
}

function withoutX(name: string): string {
  return name.slice(0, -'[x]'.length);
}

let choiceNames: ReadonlyMap<string, readonly string[]> | undefined;

/** All names in JSON that a choice has anywhere: of `value`, `valueString` and so on. */
export function choiceNamesOf(element: string): readonly string[] {
  choiceNames ??= allChoiceNames();
  return choiceNames.get(element) ?? [];
}

function allChoiceNames(): Map<string, string[]> {
  const names = new Map<string, Set<string>>();
  for (const { elements } of ROWS.values()) {
    for (const [name, text] of Object.entries(elements).filter(([element]) => element.endsWith('[x]'))) {
      const choice = withoutX(name);
      const found = names.get(choice) ?? new Set();
      for (const element of readElements(name, text)) found.add(element.name);
      names.set(choice, found);
    }
  }
  return new Map([...names].map(([choice, found]) => [choice, [...found]]));
}
