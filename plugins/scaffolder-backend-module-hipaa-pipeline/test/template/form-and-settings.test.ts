/** The form asks for what the settings hold, in their names and within their limits: nothing more, nothing less. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tenantSettingsSchema, WORKLOADS } from 'hipaa-pipeline-node';
import { toJSONSchema } from 'zod';
import { readTemplate, REPOSITORY } from '../support/form';
import type { Field } from '../support/form';

const template = readTemplate();
const workloadsPresent = WORKLOADS.filter((workload) =>
  existsSync(join(REPOSITORY, 'skeleton/src/workloads', workload, `${workload}.service.ts`)),
);

/** Settings that the form does not ask for, with the reason. */
const NOT_ASKED: Record<string, string> = {
  schemaVersion: 'is for the file, not for people',
};

/** Limits that the form states and the settings check in words of their own, where JSON Schema has none. */
const STATED_BY_FORM: Record<string, object> = {
  workload: { enum: workloadsPresent },
  'records.additionalResourceTypes': { uniqueItems: true },
  'imaging.readAllSubjects': { uniqueItems: true },
  'compliance.frameworks': { uniqueItems: true, contains: { const: 'hipaa' } },
};

/** Defaults that the settings do not have: the form offers the first workload. */
const OFFERED: Record<string, unknown> = { workload: workloadsPresent[0] };

/** What zod says of whole numbers beyond the limits that the schema gives. */
const LIMITS = ['type', 'enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'uniqueItems', 'contains'];

/** Every field that is no group, by its path, with all that limits it. */
function fieldsOf(schema: Field, path: readonly string[] = []): Record<string, object> {
  if (schema.properties === undefined) return { [path.join('.')]: limitsOf(schema) };
  return merge(Object.entries(schema.properties).map(([name, field]) => fieldsOf(field, [...path, name])));
}

function merge<Value>(parts: ReadonlyArray<Readonly<Record<string, Value>>>): Record<string, Value> {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}

function limitsOf(schema: Field & { anyOf?: ReadonlyArray<{ const: unknown }> }): object {
  const limits = Object.entries(schema).filter(([key]) => LIMITS.includes(key));
  // A choice of literals: one `const` each to zod, one `enum` to the form.
  const choice = schema.anyOf ? { type: 'integer', enum: schema.anyOf.map((literal) => literal.const) } : {};
  const items = schema.items ? { items: limitsOf(schema.items) } : {};
  const preset = schema.default === undefined ? {} : { default: schema.default };
  return { ...Object.fromEntries(limits), ...choice, ...items, ...preset };
}

function requiredOf(schema: Field, path: readonly string[] = []): string[] {
  const here = (schema.required ?? []).map((name) => [...path, name].join('.'));
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => requiredOf(field, [...path, name]));
  return [...here, ...below].sort();
}

const form: Field = {
  properties: merge(template.spec.parameters.map((page) => page.properties ?? {})),
  required: template.spec.parameters.flatMap((page) => page.required ?? []),
};
const settings = toJSONSchema(tenantSettingsSchema, { io: 'input' }) as Field;

it('asks on five pages', () => {
  expect(template.spec.parameters.map(({ title }) => title)).toEqual(['Hospital', 'Pipeline', 'AWS', 'Secrets', 'Compliance']);
});

it('has each field of the settings, with the same type, limits and default', () => {
  const expected = Object.fromEntries(
    Object.entries(fieldsOf(settings))
      .filter(([field]) => !Object.hasOwn(NOT_ASKED, field))
      .map(([field, limits]) => {
        const offered = Object.hasOwn(OFFERED, field) ? { default: OFFERED[field] } : {};
        return [field, { ...limits, ...STATED_BY_FORM[field], ...offered }];
      }),
  );
  expect(fieldsOf(form)).toEqual(expected);
});

it('requires what the settings require, and a capacity, of which each workload needs its own', () => {
  expect(requiredOf(form)).toEqual([...requiredOf(settings), 'capacity'].sort());
});

it('refuses names that no setting has', () => {
  const groups = Object.entries(form.properties ?? {}).filter(([, field]) => field.properties !== undefined);
  expect(groups.map(([name]) => name)).toEqual(['tenant', 'capacity', 'records', 'aws', 'imaging', 'secrets', 'compliance', 'observability']);
  for (const [, group] of groups) expect(group).toMatchObject({ additionalProperties: false });
});

it('tells of every field what it is, with an example that fits', () => {
  const check = (field: Field, path: string) => {
    expect([path, field.title?.length, field.description?.length]).toEqual([path, expect.any(Number), expect.any(Number)]);
    expect(field.examples?.length).toBeGreaterThan(0);
    for (const example of field.examples ?? []) {
      if (field.pattern) expect(example).toMatch(new RegExp(field.pattern, 'u'));
      if (field.enum) expect(field.enum).toContain(example);
    }
  };
  for (const [group, field] of Object.entries(form.properties ?? {})) {
    if (field.properties === undefined) check(field, group);
    else for (const [name, inner] of Object.entries(field.properties)) check(inner, `${group}.${name}`);
  }
});

it('passes the answers on whole, to the two actions', () => {
  expect(template.spec.steps.map(({ action }) => action)).toEqual(['hipaa-pipeline:render', 'publish:local-git']);
  expect(template.spec.steps[0]?.input).toMatchObject({ settings: '${{ parameters }}' });
});
