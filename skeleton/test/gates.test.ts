import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { createApp } from '../src/app';
import { cdkContext } from './foundation/support/cdk-context';
import { ENVIRONMENTS, settings } from './foundation/support/settings';

// Both packs, the check of the template, and the real bundles.
jest.setTimeout(180_000);

/** CDK accepts findings on its own flow logs, as a precaution, for a reason that begins so. */
const REASON_OF_CDK = 'AWS::EC2::FlowLog DestinationOptions';

const hasCfnLint = spawnSync('cfn-lint', ['--version']).status === 0;

describe.each(ENVIRONMENTS)('a pipeline %s', (_, change) => {
  const outdir = mkdtempSync(join(tmpdir(), 'pipeline-gates-'));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  const { app, stack } = createApp(settings(change), { context: cdkContext(), outdir });

  let failure: unknown;
  beforeAll(() => {
    try {
      app.synth();
    } catch (error) {
      failure = error;
    }
  });

  it('passes the HIPAA pack, the AwsSolutions pack and the check of the template', () => {
    expect(failure).toBeUndefined();
  });

  it('tells the reason of every finding that it accepts, and accepts none that is not there', () => {
    const acknowledged = stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .filter(([, reason]) => !reason.startsWith(REASON_OF_CDK));
    const report = readFileSync(join(outdir, 'validation-report.json'), 'utf8');
    const idle = acknowledged.filter(([, reason]) => !report.includes(JSON.stringify(reason)));

    expect(acknowledged.length).toBeGreaterThan(10);
    for (const [rule, reason] of acknowledged) {
      expect([rule, reason]).toEqual([rule, expect.stringMatching(/^[A-Z].{40,}\.$/)]);
    }
    expect(idle).toEqual([]);
  });

  it('accepts nothing on the whole stack, where it would hold for what is added later', () => {
    expect(stack.node.metadata.map(({ type }) => type)).not.toContain(Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
  });

  // Where cfn-lint is not installed, the repository's CI installs and runs it.
  const lintable = 'has no error that cfn-lint finds for its region';
  (hasCfnLint ? it : it.skip)(hasCfnLint ? lintable : `${lintable} [skipped: no cfn-lint on the PATH]`, () => {
    const { status, stdout } = spawnSync(
      'cfn-lint',
      ['-r', stack.region, '--non-zero-exit-code', 'error', '-t', join(outdir, `${stack.stackName}.template.json`)],
      { cwd: join(__dirname, '..'), encoding: 'utf8' },
    );

    expect([status, stdout.match(/^E\d+.*$/gm)]).toEqual([0, null]);
  });
});

describe('the gates', () => {
  it('stop a synth that brings an unencrypted, unlogged bucket', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'pipeline-gates-'));
    try {
      const { app, stack } = createApp(settings(), {
        context: cdkContext(),
        outdir,
        builtinCloudFormationValidation: false,
      });
      new Bucket(stack, 'Careless');
      expect(() => app.synth()).toThrow(/S3BucketLoggingEnabled/);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  });
});
