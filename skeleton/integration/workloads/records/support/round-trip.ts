import { firstDifference } from './exact-comparison';
import type { RecordExample } from './examples';
import type { RecordsPipeline } from './records-pipeline';
import { readExample } from '../../../../local/hl7/read-examples';
import type { StreamRecord } from '../../../../local/simulator/records';
import { eventually, recordOf } from '../../../support/pipeline';

/** What came back of what was sent. */
export interface RoundTrip {
  readonly equalCount: number;
  /** Files whose resource the API does not show. */
  readonly missing: readonly string[];
  /** Files whose resource came back otherwise than it went, with the place. */
  readonly altered: readonly string[];
}

/** Sent at a time: the longer a request, the longer the emulator takes for a byte of it. */
const BYTES_AT_ONCE = 1_000_000;
const READS_AT_ONCE = 8;
/** Keys that reach every shard of a stream in all likelihood. */
const SENTINELS = 64;
/** As long as the slowest machine takes for the longest backlog. */
const PATIENCE_MS = 240_000;

/** Puts examples to the stream as HL7 published them, waits until all are handled, and compares what the API shows of each. */
export async function roundTrip(pipeline: RecordsPipeline, examples: readonly RecordExample[]): Promise<RoundTrip> {
  for (const records of requestsOf(examples)) await pipeline.sendRecords(records);
  await everyShardIsHandled(pipeline);

  const missing: string[] = [];
  const altered: string[] = [];
  const queue = [...examples];
  const compareNext = async (): Promise<void> => {
    for (let example = queue.shift(); example !== undefined; example = queue.shift()) {
      const { file, resourceType, id } = example;
      const { status, text } = await pipeline.api.getText(`${resourceType}/${id}`);
      const difference = status === 200 ? firstDifference(readExample(file), text) : undefined;
      if (status !== 200) missing.push(file);
      else if (difference !== undefined) altered.push(`${file} ${difference}`);
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, compareNext));
  return {
    equalCount: examples.length - missing.length - altered.length,
    missing: missing.sort(),
    altered: altered.sort(),
  };
}

function* requestsOf(examples: readonly RecordExample[]): Generator<StreamRecord[]> {
  let request: StreamRecord[] = [];
  let bytes = 0;
  for (const { file } of examples) {
    const record = recordOf(file, [readExample(file)]);
    if (bytes + record.Data.length > BYTES_AT_ONCE && request.length > 0) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(record);
    bytes += record.Data.length;
  }
  if (request.length > 0) yield request;
}

/** Behind each shard's last example comes one of these; once all show, whatever came before them was handled. */
async function everyShardIsHandled(pipeline: RecordsPipeline): Promise<void> {
  const run = crypto.randomUUID().slice(0, 8);
  const ids = Array.from({ length: SENTINELS }, (_, index) => pipeline.patient(`${run}-${index}`));
  await pipeline.sendRecords(ids.map((id) => recordOf(id, [JSON.stringify({ resourceType: 'Patient', id })])));
  for (const id of ids) {
    const status = await eventually(
      async () => pipeline.status(`Patient/${id}`),
      (answered) => answered === 200,
      PATIENCE_MS,
    );
    if (status !== 200) throw new Error(`What was sent last is not shown after ${PATIENCE_MS / 1_000} s: ${status}`);
  }
}
