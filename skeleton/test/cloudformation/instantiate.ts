/**
 * What CloudFormation makes of a template's parameters: each `Ref` to one, and each of its variables in `Fn::Sub`, becomes its value.
 * Parameters that are not given take their defaults. What refers to resources and to AWS's own values stays as it is.
 */
export function instantiate(
  template: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, string>>,
): unknown {
  const { Parameters, ...body } = template;
  const values = new Map<string, string>(Object.entries(given));
  for (const [name, parameter] of Object.entries(Parameters as Record<string, { Default?: string }>)) {
    if (!values.has(name) && parameter.Default !== undefined) values.set(name, parameter.Default);
    if (!values.has(name)) throw new Error(`The parameter ${name} must be given.`);
  }
  return fill(body, values);
}

function fill(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => fill(item, values));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value && typeof value.Ref === 'string') return values.get(value.Ref) ?? value;
  if ('Fn::Sub' in value && typeof value['Fn::Sub'] === 'string') return fillPattern(value['Fn::Sub'], values);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, fill(child, values)]));
}

function fillPattern(pattern: string, values: ReadonlyMap<string, string>): unknown {
  const filled = pattern.replace(/\$\{([^!}]+)\}/g, (variable, name: string) => values.get(name) ?? variable);
  // A pattern without variables is the text itself; `${!` writes a `${` of the text's own.
  return /\$\{[^!]/.test(filled) ? { 'Fn::Sub': filled } : filled.replaceAll('${!', '${');
}
