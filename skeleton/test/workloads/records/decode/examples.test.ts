import { WRONG_EXAMPLES } from './wrong-examples';
import { readExamples } from '../../../../local/hl7/read-examples';
import { R4_RESOURCE_TYPES, RECORD_RESOURCE_TYPES } from '../../../../src/fhir-r4-types';
import { resourceIssues } from '../../../../src/runtime/fhir/validation/resource-issues';
import { EVENT_BYTES_MAX, recordDecoder } from '../../../../src/workloads/records/decode/decoder';
import type { RecordEvent } from '../../../../src/workloads/records/record-event';
import { schemaFaults } from '../../../runtime/fhir/fhir-schema';

/** What the schema refuses and the definitions of R4 allow. */
const SCHEMA_IS_WRONG: Readonly<Record<string, RegExp>> = {
  'its list of versions ends before 4.0.1, which is the one that R4 has':
    /^\/fhirVersion(\/\d+)? must be equal to one of the allowed values$/,
  'its pattern takes a no-break space for white space, which no text may have but blanks, tabs and line ends':
    /must match pattern "\^\[ \\r\\n\\t\\S\]\+\$"$/,
  'it leaves out what stands beside a canonical (`_baseDefinition`), as it may beside every primitive':
    / must NOT have additional properties: _(baseDefinition|profile)$/,
};

const { decodeRecord } = recordDecoder({
  resourceTypes: R4_RESOURCE_TYPES,
  decodeHl7: () => {
    throw new Error('No example is HL7 v2');
  },
});
const taken: ReadonlySet<string> = new Set(R4_RESOURCE_TYPES);
const ofRecords: ReadonlySet<string> = new Set(RECORD_RESOURCE_TYPES);

interface Judged {
  readonly file: string;
  readonly type: string;
  /** Our first fault, by place; `undefined`: accepted. */
  readonly fault: string | undefined;
  readonly faultsOfSchema: readonly string[];
  /** Whether what would be stored says, character by character, what came. Of a type that is not taken always. */
  readonly isSame: boolean;
}

const examples: readonly Judged[] = readExamples()
  .filter(({ text }) => Buffer.byteLength(text) <= EVENT_BYTES_MAX)
  .map(({ file, text }) => {
    const resource = JSON.parse(text) as { readonly resourceType: string };
    const type = resource.resourceType;
    const faultsOfSchema = schemaFaults(resource);
    if (!taken.has(type)) {
      const [first] = resourceIssues(type, resource, type);
      const fault = first === undefined ? undefined : `${first.expression}: ${first.diagnostics}`;
      return { file, type, fault, faultsOfSchema, isSame: true };
    }
    const { accepted, rejected } = decodeRecord(Buffer.from(text), new Date());
    const isSame = accepted.length === 1 && contentOf(accepted[0]?.event, text) === compact(text);
    return { file, type, fault: rejected[0]?.reason.split('; ')[0], faultsOfSchema, isSame };
  });

test('every example of every type that the official schema accepts is accepted, but for those that are wrong by a rule', () => {
  const bySchema = examples.filter(({ faultsOfSchema }) => faultsOfSchema.length === 0);
  const refused = bySchema.filter(({ fault }) => fault !== undefined);
  const ten = bySchema.filter(({ type }) => ofRecords.has(type));
  process.stdout.write(
    `${examples.length} examples: the official schema accepts ${bySchema.length}, and of these ${bySchema.length - refused.length} ` +
      `are accepted; of the ten types ${ten.filter(({ fault }) => fault === undefined).length} of ${ten.length}\n`,
  );
  expect(Object.fromEntries(refused.map(({ file, fault }) => [file, fault]))).toEqual(WRONG_EXAMPLES);
  expect(bySchema.length).toBeGreaterThan(4_600);
  expect(ten.length).toBeGreaterThan(170);
});

test('an example that the official schema refuses is refused, but for what the schema is wrong in', () => {
  const accepted = examples.filter(({ faultsOfSchema, fault }) => faultsOfSchema.length > 0 && fault === undefined);
  const isKnown = (fault: string) => Object.values(SCHEMA_IS_WRONG).some((pattern) => pattern.test(fault));
  const unknown = accepted.flatMap(({ file, faultsOfSchema }) =>
    faultsOfSchema.filter((fault) => !isKnown(fault)).map((fault) => `${file} ${fault}`),
  );
  process.stdout.write(`${accepted.length} more are accepted, which the schema refuses and R4 does not\n`);
  expect(unknown).toEqual([]);
});

test('an example that is accepted would be stored as it came, digit by digit', () => {
  const accepted = examples.filter(({ type, fault }) => taken.has(type) && fault === undefined);
  process.stdout.write(`${accepted.filter(({ isSame }) => isSame).length} examples decoded, equal to what came\n`);
  expect(accepted.filter(({ isSame }) => !isSame).map(({ file }) => file)).toEqual([]);
  expect(accepted.length).toBeGreaterThan(5_000);
});

/** What would be stored, without the id that an example without one has got. */
function contentOf(event: RecordEvent | undefined, text: string): string | undefined {
  const [change] = event?.changes ?? [];
  if (change?.kind !== 'write') return undefined;
  const hasId = (JSON.parse(text) as { readonly id?: string }).id !== undefined;
  return hasId ? change.content : change.content.replace(`"id":"${change.resourceId}",`, '');
}

/** JSON without white space, by no parser but for escapes, of which JSON has several for one character. */
function compact(text: string): string {
  const short = text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
  if (!short.includes('\\')) return short;
  return short.replace(/"(?:[^"\\]|\\.)*"/g, (string) =>
    string.includes('\\') ? JSON.stringify(JSON.parse(string)) : string,
  );
}
