import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const bundle = z.object({ entry: z.array(z.object({ resource: z.unknown() })) });

/** Resources of one type in a Bundle of HL7's package `hl7.fhir.r4.examples` (CC0), which holds the definitions of R4 as well. */
export function resourcesOf<T>(file: string, resourceType: string, schema: z.ZodType<T>): T[] {
  const folder = dirname(require.resolve('hl7.fhir.r4.examples/package.json'));
  const { entry } = bundle.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const ofType = z.object({ resourceType: z.literal(resourceType) });
  return entry
    .filter(({ resource }) => ofType.safeParse(resource).success)
    .map(({ resource }) => schema.parse(resource));
}
