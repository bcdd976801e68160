import { type ExampleFile, readExamples } from '../../../../local/hl7/read-examples';
import { schemaFaults } from '../../../../test/runtime/fhir/fhir-schema';

/** One of HL7's examples that a pipeline may be asked to keep. */
export interface RecordExample extends ExampleFile {
  readonly resourceType: string;
  readonly id: string;
}

export interface ChosenExamples {
  readonly examples: readonly RecordExample[];
  /** Files that the official schema refuses. */
  readonly refusedBySchema: readonly string[];
  /** Bundles: what they hold is stored, and they themselves are not. */
  readonly bundlesCount: number;
}

/** HL7's examples of the types that a pipeline keeps, those that the official JSON schema of FHIR R4 accepts. */
export function chooseExamples(resourceTypes: ReadonlySet<string>): ChosenExamples {
  const examples: RecordExample[] = [];
  const refusedBySchema: string[] = [];
  let bundlesCount = 0;
  for (const { file, text } of readExamples()) {
    const resource: unknown = JSON.parse(text);
    const resourceType = textAt(resource, 'resourceType');
    const id = textAt(resource, 'id');
    if (resourceType === 'Bundle') bundlesCount += 1;
    else if (resourceType === undefined || id === undefined || !resourceTypes.has(resourceType)) continue;
    else if (schemaFaults(resource).length > 0) refusedBySchema.push(file);
    else examples.push({ file, text, resourceType, id });
  }
  return { examples, refusedBySchema, bundlesCount };
}

function textAt(value: unknown, name: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === 'string' ? found : undefined;
}
