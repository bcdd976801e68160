import { readFileSync } from 'node:fs';
import type { FhirResource } from 'fhir/r4';
import { chooseExamples } from './support/examples';
import { RecordsPipeline } from './support/records-pipeline';
import { roundTrip } from './support/round-trip';
import { readExample } from '../../../local/hl7/read-examples';
import { R4_RESOURCE_TYPES, RECORD_RESOURCE_TYPES } from '../../../src/fhir-r4-types';
import { EVENT_BYTES_MAX } from '../../../src/workloads/records/decode/decoder';
import { schemaFaults } from '../../../test/runtime/fhir/fhir-schema';
import { WRONG_EXAMPLES } from '../../../test/workloads/records/decode/wrong-examples';
import { describeLocal } from '../../support/deployed';
import { OwnStack } from '../../support/own-stack';

const REASON = 'HL7’s examples bear ids of their own, beside which no patient’s record may lie';
const PATIENCE_MS = 600_000;
/**
 * Of an example of every type. The emulator of Kinesis takes seconds for a megabyte, and one example in ten, definitions of FHIR itself,
 * is longer than this: together they are four fifths of all bytes. `EXAMPLE_BYTES_MAX=1048576` sends them as well.
 */
const BYTES_MAX = Number(process.env.EXAMPLE_BYTES_MAX ?? 16_384);

describeLocal('HL7’s examples', REASON, (outputs) => {
  test(
    'of the types that this pipeline keeps come back from the API as they went into the stream',
    async () => {
      const pipeline = new RecordsPipeline(outputs());
      try {
        await expectRoundTrip(pipeline, { bytesMax: EVENT_BYTES_MAX, atLeast: 170 });
      } finally {
        pipeline.close();
      }
    },
    PATIENCE_MS,
  );

  test(
    'of every type that can be kept come back from the API as they went into the stream',
    async () => {
      const stack = await OwnStack.start(keepingEveryType(outputs().LocalTenantFile));
      const pipeline = new RecordsPipeline(stack.outputs);
      try {
        await expectRoundTrip(pipeline, { bytesMax: BYTES_MAX, atLeast: 4_700 });
      } finally {
        pipeline.close();
        await stack.stop();
      }
    },
    PATIENCE_MS,
  );
});

/** Everything that the official JSON schema of FHIR R4 accepts comes back, but for what breaks a rule that the schema does not know. */
async function expectRoundTrip(
  pipeline: RecordsPipeline,
  { bytesMax, atLeast }: { readonly bytesMax: number; readonly atLeast: number },
): Promise<void> {
  const types = typesOf((await pipeline.api.get('metadata')).body);
  const { examples, tooLong } = chooseExamples(types, bytesMax);
  const { equalCount, altered, missing } = await roundTrip(pipeline, examples);
  // The schema takes longer than the way there and back, so only those are asked about that did not come back.
  const missingBySchema = missing.filter((file) => schemaFaults(JSON.parse(readExample(file))).length > 0);
  const missingByRule = missing.filter((file) => !missingBySchema.includes(file));
  process.stdout.write(
    `${equalCount} of HL7's ${examples.length} examples of ${types.size} types came back equal, element by element, with all digits. ` +
      `The official schema refuses ${missingBySchema.length} of the others, rules that it does not know ${missingByRule.length}; ` +
      `${tooLong.length} of more than ${bytesMax} bytes were not sent.\n`,
  );

  expect(altered).toEqual([]);
  const sent = new Set(examples.map(({ file }) => file));
  expect(missingByRule).toEqual(Object.keys(WRONG_EXAMPLES).filter((file) => sent.has(file)));
  expect(equalCount).toBeGreaterThanOrEqual(atLeast);
}

/** What the CapabilityStatement offers to read, but for the trail of accesses, which is the server's own. */
function typesOf(statement: FhirResource): ReadonlySet<string> {
  const { rest } = statement as { rest?: ReadonlyArray<{ resource: ReadonlyArray<{ type: string }> }> };
  const types = (rest ?? []).flatMap(({ resource }) => resource.map(({ type }) => type));
  return new Set(types.filter((type) => type !== 'AuditEvent'));
}

/** The settings of the stack under test, but that its tenant keeps every type of resource. */
function keepingEveryType(tenantFile: string | undefined): object {
  if (tenantFile === undefined) throw new Error('The local stack does not say by which settings it was started.');
  const own: ReadonlySet<string> = new Set(RECORD_RESOURCE_TYPES);
  const additionalResourceTypes = R4_RESOURCE_TYPES.filter((type) => !own.has(type));
  return { ...(JSON.parse(readFileSync(tenantFile, 'utf8')) as object), records: { additionalResourceTypes } };
}
