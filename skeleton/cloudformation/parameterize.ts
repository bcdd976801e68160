import type { TemplateParameter } from './parameters';

/** Keys whose texts name things of the template itself. CloudFormation takes no function there. */
const REFERENCES: ReadonlySet<string> = new Set(['Ref', 'Fn::GetAtt', 'DependsOn', 'Condition', 'Type']);

type Standing = Pick<TemplateParameter, 'name' | 'standIn'>;

/**
 * Puts parameters in the place of their stand-ins, wherever in a template they stand: `Ref` where one is the whole text, `Fn::Sub` else.
 * With the stand-ins for parameters, CloudFormation makes the same template of it again.
 *
 * @throws Error when a stand-in stands where CloudFormation takes no function: as a key, or in the name of a resource of the template.
 */
export function parameterize(value: unknown, parameters: readonly Standing[]): unknown {
  // The longest first, in case that one stand-in is a part of another.
  const ordered = [...parameters].sort((one, other) => other.standIn.length - one.standIn.length);
  return visit(value, ordered);
}

function visit(value: unknown, parameters: readonly Standing[]): unknown {
  if (typeof value === 'string') return substitute(value, parameters);
  if (Array.isArray(value)) return value.map((item) => visit(item, parameters));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  for (const [key, child] of entries) {
    if (holdsAny(key, parameters) || (REFERENCES.has(key) && isText(child) && holdsAny(child, parameters))) {
      throw new Error(`A parameter cannot stand in ${JSON.stringify({ [key]: child }).slice(0, 200)}.`);
    }
  }
  const [only, ...others] = entries;
  if (only !== undefined && others.length === 0 && only[0] === 'Fn::Sub') {
    return { 'Fn::Sub': substituteWithin(only[1], parameters) };
  }
  return Object.fromEntries(entries.map(([key, child]) => [key, visit(child, parameters)]));
}

function isText(value: unknown): value is string | string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

function holdsAny(text: string | string[], parameters: readonly Standing[]): boolean {
  return parameters.some(({ standIn }) => [text].flat().some((one) => one.includes(standIn)));
}

function substitute(text: string, parameters: readonly Standing[]): unknown {
  const whole = parameters.find(({ standIn }) => standIn === text);
  if (whole !== undefined) return { Ref: whole.name };
  if (!holdsAny(text, parameters)) return text;
  // `${` of the text's own is no variable: `${!` is how CloudFormation writes it.
  return { 'Fn::Sub': insert(text.replaceAll('${', '${!'), parameters) };
}

/** The text is a pattern with variables already; the values of its variables, where it brings some, are texts like any other. */
function substituteWithin(sub: unknown, parameters: readonly Standing[]): unknown {
  if (typeof sub === 'string') return insert(sub, parameters);
  if (!Array.isArray(sub) || typeof sub[0] !== 'string') throw new Error('Fn::Sub takes a text, or a list of two.');
  return [insert(sub[0], parameters), visit(sub[1], parameters)];
}

function insert(pattern: string, parameters: readonly Standing[]): string {
  return parameters.reduce((text, { name, standIn }) => text.replaceAll(standIn, `\${${name}}`), pattern);
}
