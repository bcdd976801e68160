import { carries } from './settings';

/** Whether the workload of answers that name none stores a stream: one does in every repository but that of imaging. */
const STORES_A_STREAM = carries('vitals') || carries('records');
const REASON = '[skipped: the pipeline of this repository receives files, and stores no stream]';

/** A group of tests of what only pipelines have that store a stream. */
export function describeStreamPipeline(name: string, define: () => void): void {
  if (STORES_A_STREAM) describe(name, define);
  else describe.skip(name, () => it(REASON, () => undefined));
}

/** A test of the same kind, in a group of what every pipeline has. */
export function itOfStreamPipelines(name: string, test: () => void): void {
  if (STORES_A_STREAM) it(name, test);
  else it.skip(`${name} ${REASON}`, test);
}
