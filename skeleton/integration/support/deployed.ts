import { type PipelineOutputs, readOutputs } from './outputs';

/** The outputs of a deployment in AWS. */
export type DeployedOutputs = Extract<PipelineOutputs, { readonly Target: 'aws' }>;

/** The outputs of a local stack. */
export type LocalStackOutputs = Extract<PipelineOutputs, { readonly Target: 'local' }>;

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

/**
 * As {@link describeDeployed}, of what only a pipeline has that stores a stream and answers to who signs. Where files are received by mutual
 * TLS, the tests are reported as skipped, with the reason.
 */
export function describeDeployedStream(name: string, define: (outputs: () => DeployedOutputs) => void): void {
  if (readOutputs().DomainName === undefined) {
    describeDeployed(name, define);
    return;
  }
  describe.skip(`${name} [skipped: this pipeline receives files by mutual TLS, and signs nothing]`, () =>
    define(() => {
      throw new Error('There is no stream to store.');
    }));
}

/**
 * A group of tests of what may be done to a local stack only. Where the pipeline is deployed, the tests are reported as
 * skipped, with the reason.
 *
 * @param define gets a function that answers the outputs, to be called by tests and hooks only.
 */
export function describeLocal(name: string, reason: string, define: (outputs: () => LocalStackOutputs) => void): void {
  const outputs = readOutputs();
  if (outputs.Target === 'local') {
    describe(name, () => define(() => outputs));
    return;
  }
  describe.skip(`${name} [skipped: ${reason}]`, () =>
    define(() => {
      throw new Error('There is no local stack.');
    }));
}
