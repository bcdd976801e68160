import { exampleFiles, readExample } from '../../../../local/hl7/read-examples';

/** One of HL7's examples that a pipeline may be asked to keep. Its text is read when it is needed: all of them are 80 MB. */
export interface RecordExample {
  readonly file: string;
  readonly resourceType: string;
  readonly id: string;
}

export interface ChosenExamples {
  readonly examples: readonly RecordExample[];
  /** Files that are longer than was asked for. */
  readonly tooLong: readonly string[];
}

/**
 * HL7's examples of the types that a pipeline keeps.
 *
 * @param bytesMax of one.
 */
export function chooseExamples(resourceTypes: ReadonlySet<string>, bytesMax: number): ChosenExamples {
  const examples: RecordExample[] = [];
  const tooLong: string[] = [];
  for (const file of exampleFiles().filter((name) => resourceTypes.has(typeOf(name)))) {
    const text = readExample(file);
    const { resourceType, id } = JSON.parse(text) as { readonly resourceType: string; readonly id: string };
    if (Buffer.byteLength(text) > bytesMax) tooLong.push(file);
    else examples.push({ file, resourceType, id });
  }
  return { examples, tooLong };
}

/** Files are named by type and id. */
function typeOf(file: string): string {
  return file.slice(0, file.indexOf('-'));
}
