import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Observation } from 'fhir/r4';

/** One of HL7's example resources, as its file has it. */
export interface ExampleFile {
  /** Such as `Patient-example.json`. */
  readonly file: string;
  readonly text: string;
}

/**
 * The examples that HL7 publishes with FHIR R4 (npm `hl7.fhir.r4.examples`, CC0), by file name.
 *
 * @param resourceType those of one type. Default: all.
 * @throws where the package is not installed: it is a development dependency.
 */
export function readExamples(resourceType?: string): ExampleFile[] {
  return exampleFiles(resourceType).map((file) => ({ file, text: readExample(file) }));
}

/** Their file names alone, in order: all of them are 180 MB. */
export function exampleFiles(resourceType?: string): string[] {
  return readdirSync(folder())
    .filter(
      (file) => /^[A-Z].*\.json$/.test(file) && (resourceType === undefined || file.startsWith(`${resourceType}-`)),
    )
    .sort();
}

/** One of them. */
export function readExample(file: string): string {
  return readFileSync(join(folder(), file), 'utf8');
}

function folder(): string {
  return dirname(require.resolve('hl7.fhir.r4.examples/package.json'));
}

/** An Observation of HL7's examples and the file that it came from. */
export interface ExampleObservation {
  readonly file: string;
  readonly observation: Observation;
}

/** Every Observation among them, by file name. */
export function readExampleObservations(): ExampleObservation[] {
  return readExamples('Observation').map(({ file, text }) => ({ file, observation: JSON.parse(text) as Observation }));
}
