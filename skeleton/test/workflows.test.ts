import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { answers } from './foundation/support/settings';

const WORKFLOWS = join(__dirname, '..', '.github', 'workflows');

const stepSchema = z.looseObject({
  name: z.string(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  with: z.record(z.string(), z.unknown()).default({}),
});
const workflowSchema = z.looseObject({
  on: z.looseObject({
    workflow_dispatch: z.looseObject({ inputs: z.record(z.string(), z.unknown()).default({}) }).nullish(),
  }),
  jobs: z.record(
    z.string(),
    z.looseObject({ permissions: z.record(z.string(), z.string()), steps: z.array(stepSchema) }),
  ),
});

function read(name: string) {
  const text = readFileSync(join(WORKFLOWS, `${name}.yml`), 'utf8');
  const workflow = workflowSchema.parse(parse(text));
  return { text, workflow, steps: Object.values(workflow.jobs).flatMap(({ steps }) => steps) };
}

describe.each(['build', 'deploy', 'destroy'])('the workflow %s', (name) => {
  const { text, workflow, steps } = read(name);

  it('pins every action to a commit', () => {
    for (const { uses } of steps.filter((step) => step.uses !== undefined)) {
      expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    }
  });

  it('knows no tenant: region, role and suffix come from tenant.json when it runs', () => {
    expect(text).not.toMatch(/\d{12}|arn:aws|eu-central-1/);
    expect(steps.map(({ run }) => run ?? '').join('\n')).toContain('tenant.json');
  });

  it('uses no stored secret, and puts nothing that a person typed into a script', () => {
    expect(text).not.toContain('secrets.');
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('asks for the least rights: to read the repository, and to sign in to AWS where it must', () => {
    for (const { permissions } of Object.values(workflow.jobs)) {
      expect(permissions).toEqual(name === 'build' ? { contents: 'read' } : { contents: 'read', 'id-token': 'write' });
    }
  });

  it('reads only outputs that its settings step writes, and inputs that it asks for', () => {
    const outputs = [...text.matchAll(/steps\.settings\.outputs\.(\w+)/g)].map(([, output]) => output);
    const inputs = [...text.matchAll(/inputs\.(\w+)/g)].map(([, input]) => input);
    const settingsStep = steps.find((step) => step.name === 'Read the tenant settings')?.run ?? '';

    for (const output of outputs) expect(settingsStep).toContain(`echo "${output}=`);
    for (const input of inputs) expect(Object.keys(workflow.on.workflow_dispatch?.inputs ?? {})).toContain(input);
  });
});

describe('the workflow destroy', () => {
  const check = read('destroy').steps.find(({ name }) => name === 'Check the confirmation');
  const confirm = (typed: string) =>
    spawnSync('bash', ['-e', '-c', check?.run ?? 'exit 9'], {
      env: { PATH: process.env.PATH, CONFIRMED: typed, SUFFIX: 'prod' },
      encoding: 'utf8',
    }).status;

  it('goes on only when the suffix was typed as it is', () => {
    expect(confirm('prod')).toBe(0);
    expect([confirm(''), confirm('Prod'), confirm('prod '), confirm('$SUFFIX'), confirm('"; exit 0; "')]).toEqual([
      1, 1, 1, 1, 1,
    ]);
  });

  it('checks before it signs in', () => {
    const names = read('destroy').steps.map(({ name }) => name);

    expect(names.indexOf('Check the confirmation')).toBeLessThan(names.indexOf('Sign in to AWS'));
    expect(names.indexOf('Sign in to AWS')).toBeLessThan(names.indexOf('Destroy'));
  });
});

const hasJq = spawnSync('jq', ['--version']).status === 0;

describe('the step that reads the settings', () => {
  const step = read('deploy').steps.find(({ name }) => name === 'Read the tenant settings');

  // GitHub's runners have jq; a developer's machine may not.
  (hasJq ? it : it.skip).each([
    ['writes region, suffix and role', JSON.stringify(answers()), 0],
    ['fails on a file without them', '{}', 1],
  ])(hasJq ? '%s' : '%s [skipped: no jq on the PATH]', (_, tenantJson, status) => {
    const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
    try {
      writeFileSync(join(folder, 'tenant.json'), tenantJson);
      const outputFile = join(folder, 'output');
      const result = spawnSync('bash', ['-e', '-c', step?.run ?? 'exit 9'], {
        cwd: folder,
        env: { PATH: process.env.PATH, GITHUB_OUTPUT: outputFile },
      });

      expect(result.status).toBe(status);
      expect(existsSync(outputFile) ? readFileSync(outputFile, 'utf8') : '').toBe(
        status === 0 ? 'region=eu-central-1\nsuffix=prod\nrole=arn:aws:iam::111122223333:role/pipeline-deploy\n' : '',
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
