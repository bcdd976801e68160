import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Observation } from 'fhir/r4';

/** An Observation of HL7's examples and the file that it came from. */
export interface ExampleObservation {
  readonly file: string;
  readonly observation: Observation;
}

/**
 * Every Observation among the examples that HL7 publishes with FHIR R4 (npm `hl7.fhir.r4.examples`, CC0), by file name.
 *
 * @throws where the package is not installed: it is a development dependency.
 */
export function readExampleObservations(): ExampleObservation[] {
  const folder = dirname(require.resolve('hl7.fhir.r4.examples/package.json'));
  return readdirSync(folder)
    .filter((file) => file.startsWith('Observation-') && file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, observation: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Observation }));
}
