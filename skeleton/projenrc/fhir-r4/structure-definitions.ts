import { z } from 'zod';
import { resourcesOf } from './package-file';

const elementType = z.object({
  code: z.string(),
  extension: z.array(z.object({ url: z.string(), valueUrl: z.string().optional() })).optional(),
});

const elementDefinition = z.object({
  path: z.string(),
  min: z.number(),
  max: z.string(),
  contentReference: z.string().optional(),
  type: z.array(elementType).optional(),
  binding: z.object({ strength: z.string(), valueSet: z.string().optional() }).optional(),
  constraint: z
    .array(z.object({ key: z.string(), severity: z.string(), human: z.string(), expression: z.string().optional() }))
    .optional(),
});

const structureDefinition = z.object({
  name: z.string(),
  type: z.string(),
  kind: z.string(),
  abstract: z.boolean(),
  derivation: z.string().optional(),
  baseDefinition: z.string().optional(),
  snapshot: z.object({ element: z.array(elementDefinition) }),
});

export type ElementDefinition = z.infer<typeof elementDefinition>;
export type StructureDefinition = z.infer<typeof structureDefinition>;

/** FHIR R4's own definitions of data types and resources, without profiles on them. */
export function structureDefinitions(): StructureDefinition[] {
  return ['Bundle-types.json', 'Bundle-resources.json']
    .flatMap((file) => resourcesOf(file, 'StructureDefinition', structureDefinition))
    .filter(({ derivation }) => derivation !== 'constraint');
}

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const SYSTEM_TYPE = 'http://hl7.org/fhirpath/System.';

/** Names of an element's types: of a choice several; of an element with parts of its own, the element's path. */
export function typesOf({ path, type = [], contentReference }: ElementDefinition): string[] {
  if (contentReference !== undefined) return [contentReference.slice(contentReference.indexOf('#') + 1)];
  // Its definition calls it a string, and says elsewhere that it is an id.
  if (path === 'Resource.id') return ['id'];
  return type.map(({ code, extension }) => {
    if (code === 'BackboneElement' || code === 'Element') return path;
    if (!code.startsWith(SYSTEM_TYPE)) return code;
    return extension?.find(({ url }) => url === FHIR_TYPE)?.valueUrl ?? 'string';
  });
}

/** What a choice's element is called when it has a type: `valueQuantity`. */
export function choiceName(element: string, type: string): string {
  return `${element.replace('[x]', '')}${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}
