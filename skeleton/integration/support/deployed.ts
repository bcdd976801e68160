import { type PipelineOutputs, readOutputs } from './outputs';

/** The outputs of a deployment in AWS. */
export type DeployedOutputs = Extract<PipelineOutputs, { readonly Target: 'aws' }>;

/**
 * A group of tests of deployed resources. Where the pipeline is local there are none, and the tests are reported as skipped,
 * with the reason in the group's name.
 *
 * @param define gets a function that answers the outputs, to be called by tests and hooks only.
 */
export function describeDeployed(name: string, define: (outputs: () => DeployedOutputs) => void): void {
  const outputs = readOutputs();
  if (outputs.Target === 'aws') {
    describe(name, () => define(() => outputs));
    return;
  }
  describe.skip(`${name} [skipped: the resources are in AWS, and this pipeline's Target is ${outputs.Target}]`, () =>
    define(() => {
      throw new Error('There are no deployed resources.');
    }));
}
