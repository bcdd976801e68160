import Ajv, { _, type CodeKeywordDefinition } from 'ajv';
import standaloneCode from 'ajv/dist/standalone';
import { usePattern } from 'ajv/dist/vocabularies/code';
import { transformSync } from 'esbuild';
import { tightenedDefinitions } from './tightened-schema';

/** Types of resource that the pipeline takes in. */
export const VALIDATED_TYPES = ['Observation'] as const;

const ID = 'r4';

/** A text of a named form: the error tells the name, which a person understands better than a pattern. */
const form: CodeKeywordDefinition = {
  keyword: 'form',
  type: 'string',
  schemaType: 'object',
  error: { message: '', params: ({ schema }) => _`{form: ${schema.name}}` },
  code: (context) => {
    const pattern: unknown = context.schema.pattern;
    context.fail(_`!${usePattern(context, String(pattern))}.test(${context.data})`);
  },
};

/** A date whose day exists, in text that has the form of one. */
const realDate: CodeKeywordDefinition = {
  keyword: 'realDate',
  type: 'string',
  schemaType: 'boolean',
  error: { message: '', params: () => _`{}` },
  code: (context) => {
    const { data } = context;
    const part = (from: number, to: number) => _`+${data}.slice(${from}, ${to})`;
    const day = _`new Date(Date.UTC(${part(0, 4)}, ${part(5, 7)} - 1, ${part(8, 10)})).getUTCDate()`;
    context.fail(_`${data}.length >= 10 && ${day} !== ${part(8, 10)}`);
  },
};

/** Of each choice, one element at most. */
const choices: CodeKeywordDefinition = {
  keyword: 'choices',
  type: 'object',
  schemaType: 'object',
  error: { message: '', params: ({ params }) => _`{choice: ${params.choice}}` },
  code: (context) => {
    const { gen, data } = context;
    for (const [choice, types] of Object.entries(context.schema as Record<string, string[]>)) {
      const isThere = _`(type) => ${data}[${choice} + type] !== undefined || ${data}[${`_${choice}`} + type] !== undefined`;
      gen.if(_`${types.join(' ')}.split(" ").filter(${isThere}).length > 1`, () => {
        context.setParams({ choice });
        context.error(true);
      });
    }
  },
};

/** The source of a CommonJS module that exports a validator for each type, compiled from the tightened schema. */
export function validatorsSource(types: readonly string[] = VALIDATED_TYPES): string {
  const ajv = new Ajv({
    // The keywords of our own are not known to its strict mode's table of types.
    strict: false,
    allErrors: true,
    messages: false,
    inlineRefs: false,
    validateSchema: false,
    meta: false,
    code: { source: true, lines: false, optimize: true },
    keywords: [form, realDate, choices],
  });
  ajv.addSchema({ $id: ID, definitions: tightenedDefinitions(types) });
  const code = standaloneCode(ajv, Object.fromEntries(types.map((type) => [type, `${ID}#/definitions/${type}`])));
  const { code: small } = transformSync(code, { minify: true, target: 'node20', charset: 'utf8', format: 'cjs' });
  return `/* eslint-disable */\n// Made by npx projen from HL7's JSON schema of FHIR R4 (CC0). Not to be edited.\n${small}`;
}
