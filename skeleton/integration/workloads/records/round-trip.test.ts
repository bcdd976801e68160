import { firstDifference } from './support/exact-comparison';
import { chooseExamples, type RecordExample } from './support/examples';
import { RecordsPipeline } from './support/records-pipeline';
import { REFUSED_EXAMPLES } from './support/refused-examples';
import { describeLocal } from '../../support/deployed';
import { recordOf } from '../../support/pipeline';

const REASON = 'HL7’s examples bear ids of their own, beside which no patient’s record may lie';
/** Reads at a time. */
const READS_AT_ONCE = 8;
/** Kinesis takes 1 MiB a record; a long example goes alone. */
const PATIENCE_MS = 300_000;

describeLocal('HL7’s examples of all types that this pipeline keeps', REASON, () => {
  const pipeline = new RecordsPipeline();
  afterAll(() => pipeline.close());

  test(
    'come out of the API equal to what went into the stream, element by element, with all digits',
    async () => {
      const { body } = await pipeline.api.get('metadata');
      const types = typesOf(body);
      const { examples, refusedBySchema, bundlesCount } = chooseExamples(types);
      await pipeline.sendRecords(examples.map(({ file, text }) => recordOf(file, [text])));
      await settleAllShards(pipeline);

      const missing: string[] = [];
      const altered: string[] = [];
      const queue = [...examples];
      const readNext = async (): Promise<void> => {
        for (let example = queue.shift(); example !== undefined; example = queue.shift()) {
          const { status, text } = await pipeline.api.getText(`${example.resourceType}/${example.id}`);
          if (status !== 200) {
            missing.push(example.file);
            continue;
          }
          const difference = firstDifference(example.text, text);
          if (difference !== undefined) altered.push(`${example.file} ${difference}`);
        }
      };
      await Promise.all(Array.from({ length: READS_AT_ONCE }, readNext));
      process.stdout.write(
        `${examples.length - missing.length - altered.length} of HL7's ${examples.length} examples of ${types.size} types came back equal; ` +
          `refused were ${missing.length} by the pipeline's rules, ${refusedBySchema.length} by the official schema; ` +
          `${bundlesCount} are Bundles\n`,
      );

      expect(altered).toEqual([]);
      expect(missing.sort()).toEqual(expectedRefusals(examples));
      expect(examples.length).toBeGreaterThan(100);
    },
    PATIENCE_MS,
  );
});

/** Those of the list whose types this pipeline keeps. */
function expectedRefusals(examples: readonly RecordExample[]): string[] {
  const sent = new Set(examples.map(({ file }) => file));
  return Object.keys(REFUSED_EXAMPLES)
    .filter((file) => sent.has(file))
    .sort();
}

/** What the CapabilityStatement offers to read, but for the trail of accesses, which is the server's own. */
function typesOf(statement: unknown): ReadonlySet<string> {
  const { rest } = statement as { rest: ReadonlyArray<{ resource: ReadonlyArray<{ type: string }> }> };
  return new Set(
    rest.flatMap(({ resource }) => resource.map(({ type }) => type)).filter((type) => type !== 'AuditEvent'),
  );
}

/** Many keys reach every shard; behind each shard's last example one of these shows. */
async function settleAllShards(pipeline: RecordsPipeline): Promise<void> {
  const ids = Array.from({ length: 64 }, (_, index) => pipeline.patient(`settled-${index}`));
  await pipeline.sendRecords(ids.map((id) => recordOf(id, [JSON.stringify({ resourceType: 'Patient', id })])));
  for (const id of ids) await pipeline.arrived('Patient', id);
}
