import { z } from 'zod';
import { resourcesOf } from './package-file';

interface Concept {
  readonly system?: string | undefined;
  readonly code?: string | undefined;
  readonly contains?: readonly Concept[] | undefined;
}

const concept: z.ZodType<Concept> = z.lazy(() =>
  z.object({
    system: z.string().optional(),
    code: z.string().optional(),
    contains: z.array(concept).optional(),
  }),
);

const valueSet = z.object({
  url: z.string(),
  expansion: z.object({ contains: z.array(concept).optional() }).optional(),
});

/** Given as the first thousand of what has no end. */
const INCOMPLETE: ReadonlySet<string> = new Set(['http://hl7.org/fhir/ValueSet/ucum-units']);

/** Codes by system, by the value set's URL: of those that HL7 lists in full. */
export function valueSets(): ReadonlyMap<string, Readonly<Record<string, readonly string[]>>> {
  const sets = new Map<string, Record<string, string[]>>();
  for (const { url, expansion } of resourcesOf('Bundle-valueset-expansions.json', 'ValueSet', valueSet)) {
    const codes: Record<string, string[]> = {};
    for (const { system = '', code } of flat(expansion?.contains ?? [])) {
      if (code !== undefined) (codes[system] ??= []).push(code);
    }
    if (!INCOMPLETE.has(url) && Object.keys(codes).length > 0) sets.set(url, codes);
  }
  return sets;
}

function flat(concepts: readonly Concept[]): Concept[] {
  return concepts.flatMap((one) => [one, ...flat(one.contains ?? [])]);
}
