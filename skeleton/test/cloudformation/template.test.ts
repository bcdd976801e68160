import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { z } from 'zod';
import { instantiate } from './instantiate';
import { assembleTemplate } from '../../cloudformation/assemble';
import type { AssembledTemplate } from '../../cloudformation/assemble';
import { TEMPLATE_BYTES_MAX } from '../../cloudformation/guide';
import { templateYaml, writeTemplate } from '../../cloudformation/write';
import { createApp } from '../../src/app';
import { ENVIRONMENT_SUFFIX_PATTERN, tenantSettingsSchema } from '../../src/tenant';
import type { TenantSettings } from '../../src/tenant';
import { cdkContext } from '../foundation/support/cdk-context';
import { nameOf } from '../foundation/support/physical-names';
import { carries, ENVIRONMENTS, EVERYTHING, IMAGING, RECORDS, settings } from '../foundation/support/settings';

// The bundles' content is not in the template; making them takes seconds.
jest.mock('../../src/foundation/bundle', () => ({
  bundle: () =>
    jest.requireActual<typeof import('node:path')>('node:path').join(__dirname, '../foundation/support/bundle'),
}));
jest.setTimeout(120_000);

const resourcesSchema = z.record(
  z.string(),
  z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
);
const parametersSchema = z.record(
  z.string(),
  z.looseObject({ AllowedPattern: z.string(), MaxLength: z.number(), Default: z.string().optional() }),
);

const hasCfnLint = spawnSync('cfn-lint', ['--version']).status === 0;

const root = mkdtempSync(join(tmpdir(), 'pipeline-template-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const folder = (): string => join(root, `${(folders += 1)}`);

const assembledBefore = new Map<string, AssembledTemplate>();

/** Assembles a tenant's template, once a file. */
function assemble(tenant: TenantSettings): AssembledTemplate {
  const key = JSON.stringify(tenant);
  const assembled =
    assembledBefore.get(key) ?? assembleTemplate(tenant, { directory: folder(), context: cdkContext() });
  assembledBefore.set(key, assembled);
  return assembled;
}

/** What `cdk deploy` would deploy, into a bootstrapped account. */
function deployed(tenant: TenantSettings) {
  const { app, stack } = createApp(tenant, {
    context: cdkContext(),
    outdir: folder(),
    gates: false,
    builtinCloudFormationValidation: false,
  });
  const file = join(app.synth().directory, `${stack.stackName}.template.json`);
  return z
    .looseObject({ Resources: z.record(z.string(), z.looseObject({})), Outputs: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Names that the CDK's bootstrap gives to the bucket and the repository. */
const bootstrapNames = ({ aws: { accountId, region } }: TenantSettings) => ({
  functionCodeBucketName: `cdk-hnb659fds-assets-${accountId}-${region}`,
  imageRepositoryName: `cdk-hnb659fds-container-assets-${accountId}-${region}`,
});

describe.each(ENVIRONMENTS)('the template of a pipeline %s', (_, change) => {
  const tenant = settings(change);
  const assembled = assemble(tenant);
  const { environmentSuffix } = tenant.aws;
  const values = { environmentSuffix, ...bootstrapNames(tenant) };

  it('is, with its parameters filled in, what cdk deploy deploys, resource for resource and output for output', () => {
    const expected = deployed(tenant);
    const made = z
      .object({ Resources: z.record(z.string(), z.unknown()), Outputs: z.record(z.string(), z.unknown()) })
      .parse(instantiate(assembled.template, values));

    expect(Object.keys(made.Resources)).toEqual(Object.keys(expected.Resources));
    for (const [id, { Metadata: __, ...resource }] of Object.entries(expected.Resources)) {
      expect([id, made.Resources[id]]).toEqual([id, resource]);
    }
    expect(made.Outputs).toEqual(expected.Outputs);
  });

  it('knows nothing of the CDK’s bootstrap', () => {
    const text = JSON.stringify(assembled.template);

    expect(text).not.toMatch(/cdk-hnb659fds|BootstrapVersion|\/cdk-bootstrap\//);
    expect(assembled.template).not.toHaveProperty('Rules');
  });

  it('names the tenant’s secrets as defaults of parameters only, since a second environment needs its own', () => {
    const { Parameters, ...rest } = assembled.template;

    for (const arn of Object.values(tenant.secrets).filter((value) => String(value).startsWith('arn:'))) {
      expect(JSON.stringify(Parameters)).toContain(`"Default":"${arn}"`);
      expect(JSON.stringify(rest)).not.toContain(arn);
    }
  });

  it('gives every environment names of its own', () => {
    const names = (suffix: string) =>
      Object.values(
        resourcesSchema.parse(
          z
            .object({ Resources: z.unknown() })
            .parse(instantiate(assembled.template, { ...values, environmentSuffix: suffix })).Resources,
        ),
      ).flatMap((resource) => nameOf(resource).map(({ name }) => `${resource.Type} ${name}`));
    const [one, other] = [names('icu'), new Set(names('icu-2'))];

    expect(one.length).toBeGreaterThan(40);
    expect(one.filter((name) => other.has(name))).toEqual([]);
  });

  it('survives being written as YAML, and fits CloudFormation’s limits', () => {
    const yaml = templateYaml(assembled);

    expect(parse(yaml, { version: '1.1' })).toEqual(JSON.parse(JSON.stringify(assembled.template)));
    expect(Buffer.byteLength(yaml)).toBeLessThan(TEMPLATE_BYTES_MAX);
    expect(Object.keys(resourcesSchema.parse(assembled.template.Resources)).length).toBeLessThanOrEqual(500);
  });

  it('has folders for all code and images that it names', () => {
    const { Resources } = assembled.template;
    const keys = [...JSON.stringify(Resources).matchAll(/"S3Key":"(\w+)\.zip"/g)].map(([, key]) => key);
    const tags = [...JSON.stringify(Resources).matchAll(/\$\{imageRepositoryName\}:(\w+)"/g)].map(([, tag]) => tag);

    expect([...new Set(keys)].sort()).toEqual(assembled.functions.map(({ name }) => name).sort());
    expect([...new Set(tags)].sort()).toEqual(assembled.images.map(({ name }) => name).sort());
    for (const { directory } of assembled.functions) expect(readdirSync(directory)).not.toEqual([]);
    for (const { directory } of assembled.images) expect(readdirSync(directory)).toContain('Dockerfile');
  });
});

describe.each(
  (
    [
      ['vitals with everything', EVERYTHING],
      ['records', RECORDS],
      ['imaging', IMAGING],
    ] as const
  ).filter(([, { workload }]) => workload !== undefined && carries(workload)),
)('the template of a pipeline of %s', (_, change) => {
  const tenant = settings(change);

  const lintable = 'has no error that cfn-lint finds for its region';
  (hasCfnLint ? it : it.skip)(hasCfnLint ? lintable : `${lintable} [skipped: no cfn-lint on the PATH]`, () => {
    const file = join(root, `${tenant.workload}.yaml`);
    writeFileSync(file, templateYaml(assemble(tenant)));
    const { status, stdout } = spawnSync(
      'cfn-lint',
      ['-r', tenant.aws.region, '--non-zero-exit-code', 'error', '-t', file],
      { cwd: join(__dirname, '..', '..'), encoding: 'utf8' },
    );

    expect([status, stdout.match(/^E\d+.*$/gm)]).toEqual([0, null]);
  });
});

describe('the parameters of a template', () => {
  const tenant = settings();
  const assembled = assemble(tenant);
  const parameters = parametersSchema.parse(assembled.template.Parameters);
  const takes = (name: string, value: string): boolean => {
    const parameter = parameters[name];
    if (parameter === undefined) throw new Error(`There is no parameter ${name}.`);
    // CloudFormation matches the whole value.
    return value.length <= parameter.MaxLength && new RegExp(`^(?:${parameter.AllowedPattern})$`).test(value);
  };

  it('take a suffix just when tenant.json does', () => {
    const { environmentSuffix } = tenantSettingsSchema.shape.aws.shape;
    const likely = fc.stringMatching(/^[a-zA-Z0-9 _${}!-]{0,24}$/);
    const legal = fc.stringMatching(ENVIRONMENT_SUFFIX_PATTERN);

    fc.assert(
      fc.property(fc.oneof(fc.string(), likely, legal), (suffix) => {
        expect(takes('environmentSuffix', suffix)).toBe(environmentSuffix.safeParse(suffix).success);
      }),
    );
  });

  it.each(['', 'Prod', '1icu', 'icu-', 'icu--a', 'a'.repeat(21), 'icu/../prod', '${AWS::AccountId}', 'prod\n', 'höhe'])(
    'refuse the suffix %j',
    (suffix) => {
      expect(takes('environmentSuffix', suffix)).toBe(false);
    },
  );

  it('must be given where nobody can know them, and have the tenant’s own for defaults else', () => {
    const wanted = Object.entries(parameters).filter(([, parameter]) => parameter.Default === undefined);

    expect(wanted.map(([name]) => name)).toEqual([
      'environmentSuffix',
      'functionCodeBucketName',
      'imageRepositoryName',
    ]);
    for (const [name, { Default }] of Object.entries(parameters)) {
      if (Default !== undefined) expect([name, takes(name, Default)]).toEqual([name, true]);
    }
  });

  it('cannot be told from a stand-in that the settings hold already, so those are refused', () => {
    const confusing = { ...tenant, tenant: { ...tenant.tenant, name: 'zqsuffixqz clinic' } };

    expect(() => assemble(confusing)).toThrow('The settings hold zqsuffixqz');
  });
});

describe('the folder of a template', () => {
  const tenant = settings();
  const assembled = assemble(tenant);
  const target = folder();
  beforeAll(() => writeTemplate(tenant, assembled, target));

  it('has the template, its code and images, and how to go on', () => {
    expect(readdirSync(target).sort()).toEqual([
      'README.md',
      'functions',
      'images',
      'pipeline.template.yaml',
      'publish.sh',
    ]);
    expect(readdirSync(join(target, 'functions')).sort()).toEqual(assembled.functions.map(({ name }) => name).sort());
    expect(readdirSync(join(target, 'images')).sort()).toEqual(assembled.images.map(({ name }) => name).sort());
  });

  it('says every parameter, and which must be given', () => {
    const guide = readFileSync(join(target, 'README.md'), 'utf8');

    for (const { name } of assembled.parameters) expect(guide).toContain(`| \`${name}\` |`);
    expect(guide).toContain(
      '--parameter-overrides environmentSuffix=SUFFIX functionCodeBucketName=BUCKET imageRepositoryName=REPOSITORY',
    );
    expect(guide).toContain('CAPABILITY_NAMED_IAM');
  });

  it('has a script that a shell can read, and that says what it must be told', () => {
    expect(spawnSync('sh', ['-n', join(target, 'publish.sh')]).status).toBe(0);
    const { status, stderr } = spawnSync('sh', [join(target, 'publish.sh')], { encoding: 'utf8' });

    expect(status).not.toBe(0);
    expect(stderr).toContain('the name of a bucket');
  });

  it('is made anew each time: nothing of an older template stays', () => {
    writeFileSync(join(target, 'functions', 'old.zip'), 'old');
    writeTemplate(tenant, assembled, target);

    expect(existsSync(join(target, 'functions', 'old.zip'))).toBe(false);
  });
});
