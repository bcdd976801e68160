/** The form of `template/create/template.yaml`, judged by the validators that the portal itself uses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSchemaUtils } from '@rjsf/utils';
import type { RJSFSchema } from '@rjsf/utils';
import { customizeValidator } from '@rjsf/validator-ajv8';
import ajvErrors from 'ajv-errors';
import { validate } from 'jsonschema';
import type { Schema } from 'jsonschema';
import { parse } from 'yaml';

export const REPOSITORY = join(__dirname, '..', '..', '..', '..');

export interface Template {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly parameters: readonly Page[];
    readonly steps: ReadonlyArray<{ readonly id: string; readonly action: string; readonly input: object }>;
  };
}

export interface Page extends Field {
  readonly title: string;
}

/** A field of the form, as far as tests look at it. */
export interface Field {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly items?: Field;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly 'ui:field'?: string;
}

export function readTemplate(): Template {
  return parse(readFileSync(join(REPOSITORY, 'template', 'create', 'template.yaml'), 'utf8')) as Template;
}

export function readReferenceAnswers(tenantId: string): Answers {
  const path = join(REPOSITORY, 'template', 'create', 'answers', `${tenantId}.yaml`);
  return parse(readFileSync(path, 'utf8')) as Answers;
}

export type Answers = Readonly<Record<string, unknown>>;

/** Answers with one of them changed; `undefined` takes it away. `field` is a path such as `aws.region`. */
export function withAnswer(answers: Answers, field: string, value: unknown): Answers {
  const [group = ''] = field.split('.');
  const name = field.slice(group.length + 1);
  if (name === '') return { ...answers, [group]: value };
  return { ...answers, [group]: { ...(answers[group] as object), [name]: value } };
}

// As the portal's form makes it (plugin-scaffolder-react, Stepper).
const inBrowser = customizeValidator<unknown>();
ajvErrors(inBrowser.ajv);

/** Fields that a page of the form marks when its button is pressed, with the first message of each. */
export function faultsInBrowser(page: Page, answers: Answers): Record<string, string> {
  const { schema, utils } = prepared(page);
  const resolved = utils.retrieveSchema(schema, answers);
  const { errors } = inBrowser.validateFormData(answers, resolved);
  return Object.fromEntries(
    errors.map(({ property = '', message = '' }) => [property.replace(/^\./, ''), message] as const).reverse(),
  );
}

/** A page is prepared once, as in the browser, where the form stays while answers come and go. */
function prepare(page: Page) {
  const schema = withoutUi(page) as RJSFSchema;
  return { schema, utils: createSchemaUtils<unknown>(inBrowser, schema, { allOf: 'populateDefaults' }) };
}

const preparedPages = new Map<Page, ReturnType<typeof prepare>>();

function prepared(page: Page) {
  const found = preparedPages.get(page) ?? prepare(page);
  preparedPages.set(page, found);
  return found;
}

/** Fields that the scaffolder's API refuses, over all pages. */
export function faultsInApi(template: Template, answers: Answers): string[] {
  const errors = template.spec.parameters.flatMap((page) => validate(answers, page as Schema).errors);
  return [...new Set(errors.map(({ property }) => property.replace(/^instance\.?/, '')))].filter((field) => field !== '');
}

/** The form takes `ui:` keys out before anything judges by the schema. */
function withoutUi(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUi);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('ui:'));
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutUi(item)]));
}
