import {
  type ElementDefinition,
  type StructureDefinition,
  structureDefinitions,
  typesOf,
} from './structure-definitions';
import { valueSets } from './value-sets';
import { compileFhirPath } from '../../src/runtime/fhir/fhirpath/compile';

/** Rules that the validator keeps by itself, for each element and quicker. */
const BUILT_IN: ReadonlySet<string> = new Set(['ele-1', 'txt-1', 'txt-2']);

/** Extended with nothing: what has elements of its own besides, and no definition. */
const PRIMITIVE_KIND = 'primitive-type';

interface TypeRow {
  readonly base: string | undefined;
  readonly elements: Record<string, string>;
  readonly rules: readonly number[];
}

/**
 * What the validator knows of FHIR R4: by type, or by path of an element that has parts, its elements and rules; rules as FHIRPath; and
 * the value sets of required bindings. An element is `type|type[!*+][#value set][@rule,rule]`: `!` is 1..1, `*` 0..*, `+` 1..*, else 0..1.
 */
export function definitionTable(): string {
  const definitions = structureDefinitions().filter(({ kind }) => kind !== PRIMITIVE_KIND);
  const builder = new TableBuilder(definitions);
  const types = Object.fromEntries(definitions.flatMap((definition) => builder.rowsOf(definition)));
  return [
    '{',
    `"codes": ${byLine(Object.fromEntries(builder.codes))},`,
    `"rules": [\n${builder.rules.map((rule) => JSON.stringify(rule)).join(',\n')}\n],`,
    `"types": ${byLine(types)}`,
    '}',
  ].join('\n');
}

class TableBuilder {
  readonly rules: (readonly [key: string, human: string, expression: string])[] = [];
  readonly codes = new Map<string, Readonly<Record<string, readonly string[]>>>();
  private readonly ruleNumbers = new Map<string, number>();
  private readonly valueSets = valueSets();
  private readonly roots: ReadonlyMap<string, StructureDefinition>;

  constructor(definitions: readonly StructureDefinition[]) {
    this.roots = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  /** A row of the type, and of each of its elements that has parts of its own. */
  rowsOf({ type, baseDefinition, snapshot }: StructureDefinition): [string, TypeRow][] {
    const paths = new Set(
      snapshot.element.map(({ path }) => path.slice(0, path.lastIndexOf('.'))).filter((path) => path),
    );
    const all = new Map(snapshot.element.map((one) => [one.path, one]));
    return [...paths].map((path) => {
      const own = all.get(path);
      const code = path === type ? baseDefinition?.slice(baseDefinition.lastIndexOf('/') + 1) : own?.type?.[0]?.code;
      const base = this.roots.has(code ?? '') ? code : undefined;
      const inherited = new Set(this.elementsOf(base).map(nameOf));
      const elements = snapshot.element
        .filter((one) => one.path.startsWith(`${path}.`) && !one.path.slice(path.length + 1).includes('.'))
        .filter((one) => one.max !== '0' && !inherited.has(nameOf(one)));
      const row: TypeRow = {
        base,
        elements: Object.fromEntries(elements.map((one) => [nameOf(one), this.elementText(one)])),
        rules: own === undefined ? [] : this.rulesOf(own, base),
      };
      return [path, row];
    });
  }

  private elementsOf(type: string | undefined): ElementDefinition[] {
    const root = type === undefined ? undefined : this.roots.get(type);
    return root?.snapshot.element.slice(1) ?? [];
  }

  private elementText(one: ElementDefinition): string {
    const types = typesOf(one);
    const many = one.max === '*' ? (one.min > 0 ? '+' : '*') : one.min > 0 ? '!' : '';
    // The rules of a part are with its own row, and those of a type with the type's.
    const rules = types.includes(one.path) ? [] : this.rulesOf(one, types.length === 1 ? types[0] : 'Element');
    return `${types.join('|')}${many}${this.bindingText(one)}${rules.length === 0 ? '' : `@${rules.join(',')}`}`;
  }

  private bindingText({ binding }: ElementDefinition): string {
    const url = binding?.strength === 'required' ? binding.valueSet?.split('|')[0] : undefined;
    const codes = url === undefined ? undefined : this.valueSets.get(url);
    if (url === undefined || codes === undefined) return '';
    const name = url.slice(url.lastIndexOf('/') + 1);
    this.codes.set(name, codes);
    return `#${name}`;
  }

  /** Numbers of the rules that are an element's own: severity error, and not of its type. */
  private rulesOf({ constraint = [] }: ElementDefinition, type: string | undefined): number[] {
    const root = type === undefined ? undefined : this.roots.get(type)?.snapshot.element[0];
    const ofType = new Set(root?.constraint?.map(({ key }) => key));
    return constraint
      .filter(({ key, severity }) => severity === 'error' && !BUILT_IN.has(key) && !ofType.has(key))
      .map(({ key, human, expression }) => {
        if (expression === undefined) throw new Error(`the rule ${key} has no FHIRPath`);
        const known = this.ruleNumbers.get(`${key} ${expression}`);
        if (known !== undefined) return known;
        // What the validator could not judge is to be known here, and not when a resource comes.
        compileFhirPath(expression, () => []);
        this.rules.push([key, human, expression]);
        this.ruleNumbers.set(`${key} ${expression}`, this.rules.length - 1);
        return this.rules.length - 1;
      });
  }
}

function nameOf({ path }: ElementDefinition): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** One line an entry, sorted, so that a change of it is a change of one line. */
function byLine(entries: Record<string, unknown>): string {
  const sorted = Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{\n${sorted.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n')}\n}`;
}
