import { readFile, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { referenceAnswers } from './answers';
import { run } from './command';
import { processesOf } from './processes';
import { installedProgram } from './program';
import { CREATE_TEMPLATE, TASK_PATIENCE_MS } from './template';
import { openWorkplace, tell, type Workplace } from './workplace';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const MEDITECH = { id: 'meditech-eu-central-1', region: 'eu-central-1', owner: 'group:default/meditech-platform' };
const MEDTECH = { id: 'medtech-us-east-1', region: 'us-east-1', owner: 'group:default/medtech-platform' };
const cfnLint = installedProgram('cfn-lint');

let workplace: Workplace;
/** Name of the step that failed: what comes after it has nothing to stand on. */
let brokenBy: string | undefined;

/** A test that needs all steps before it. */
function step(name: string, work: () => Promise<void>, patienceMs = MINUTE_MS): void {
  it(
    name,
    async () => {
      if (brokenBy !== undefined) throw new Error(`Not run, since an earlier step failed: ${brokenBy}`);
      const startedAtMs = Date.now();
      tell(name);
      try {
        await work();
      } catch (error) {
        brokenBy = name;
        throw error;
      }
      tell(`  done in ${((Date.now() - startedAtMs) / SECOND_MS).toFixed(1)} s`);
    },
    patienceMs + 30 * SECOND_MS,
  );
}

const repositoryOf = (tenantId: string): string => join(workplace.tenantsDirectory, tenantId);

/** Runs a command in a tenant's repository, as its team would. */
const inRepository = (
  tenantId: string,
  command: readonly [string, ...string[]],
  patienceMs = MINUTE_MS,
): Promise<string> =>
  run(command, {
    directory: repositoryOf(tenantId),
    patienceMs,
    logFile: join(workplace.logDirectory, `${tenantId}.log`),
  });

async function createThroughTheForm(tenant: { id: string; owner: string }): Promise<void> {
  const task = await workplace.client.createTask(CREATE_TEMPLATE, await referenceAnswers(tenant.id));
  const report = await workplace.client.taskReport(task, TASK_PATIENCE_MS);
  if (report.status !== 'completed') throw new Error(`The task ${report.status}:\n${report.log}`);
  expect(JSON.stringify(report.output)).toContain(`component:default/${tenant.id}`);
}

/** The catalog reads a new location in the background. */
async function catalogEntity(name: string) {
  const deadline = Date.now() + MINUTE_MS;
  for (;;) {
    const entity = await workplace.client.entity('component', name);
    if (entity?.relations?.some(({ type }) => type === 'ownedBy')) return entity;
    if (Date.now() > deadline) throw new Error(`The catalog has no component ${name} with an owner.`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function synthesizedTemplates(tenantId: string): Promise<string[]> {
  const output = join(repositoryOf(tenantId), 'cdk.out');
  const files = (await readdir(output)).filter((name) => name.endsWith('.template.json'));
  return files.map((name) => join(output, name));
}

async function expectNoCfnLintErrors(tenant: { id: string; region: string }): Promise<void> {
  const templates = await synthesizedTemplates(tenant.id);
  expect(templates.length).toBeGreaterThan(0);
  await inRepository(
    tenant.id,
    ['cfn-lint', '-r', tenant.region, '--non-zero-exit-code', 'error', '-t', ...templates],
    5 * MINUTE_MS,
  );
}

/** Where no cfn-lint is installed the test is skipped by name; the tenant's own CI installs it. */
function cfnLintStep(tenant: { id: string; region: string }): void {
  const name = `${tenant.id}: cfn-lint finds no error in the synthesized template`;
  if (cfnLint === undefined) it.skip(`${name} (skipped: no cfn-lint on the PATH)`, () => undefined);
  else step(name, () => expectNoCfnLintErrors(tenant), 5 * MINUTE_MS);
}

beforeAll(async () => {
  workplace = await openWorkplace();
}, 3 * MINUTE_MS);

afterAll(async () => {
  if (brokenBy !== undefined) tell(`The step that failed: ${brokenBy}`);
  await workplace.close();
}, MINUTE_MS);

describe('the portal on a fresh machine', () => {
  step('knows the guest and offers the template', async () => {
    expect(await workplace.client.entity('user', 'guest')).toMatchObject({ kind: 'User' });
    expect(await workplace.client.entity('template', CREATE_TEMPLATE.split('/')[1] ?? '')).toMatchObject({
      kind: 'Template',
    });
  });
});

describe('MediTech, from the form to stored events', () => {
  step('the form creates a repository and links to its catalog page', () => createThroughTheForm(MEDITECH), 2 * MINUTE_MS);

  step('the catalog shows it with its owner', async () => {
    const entity = await catalogEntity(MEDITECH.id);
    expect(entity.relations).toContainEqual(expect.objectContaining({ type: 'ownedBy', targetRef: MEDITECH.owner }));
  });

  step('the repository has one commit and nothing uncommitted', async () => {
    expect((await inRepository(MEDITECH.id, ['git', 'rev-list', '--count', '--all'])).trim()).toBe('1');
    expect(await inRepository(MEDITECH.id, ['git', 'status', '--porcelain'])).toBe('');
    const record: unknown = JSON.parse(await readFile(join(repositoryOf(MEDITECH.id), '.skeleton.json'), 'utf8'));
    expect(record).toMatchObject({ answers: { tenant: { id: MEDITECH.id } } });
  });

  step(
    'npm ci installs it',
    async () => {
      await inRepository(MEDITECH.id, ['npm', 'ci', '--no-audit', '--no-fund'], 10 * MINUTE_MS);
    },
    10 * MINUTE_MS,
  );

  step(
    'npx projen changes nothing',
    async () => {
      await inRepository(MEDITECH.id, ['npx', 'projen'], 5 * MINUTE_MS);
      expect(await inRepository(MEDITECH.id, ['git', 'status', '--porcelain'])).toBe('');
    },
    5 * MINUTE_MS,
  );

  step(
    'npm run build passes every gate: compile, lint, unit tests, synth',
    async () => {
      await inRepository(MEDITECH.id, ['npm', 'run', 'build'], 20 * MINUTE_MS);
      expect(await synthesizedTemplates(MEDITECH.id)).toHaveLength(1);
      expect(await inRepository(MEDITECH.id, ['git', 'status', '--porcelain'])).toBe('');
    },
    20 * MINUTE_MS,
  );

  cfnLintStep(MEDITECH);

  step(
    'the integration suite passes against the local stack',
    async () => {
      const output = await inRepository(
        MEDITECH.id,
        ['npm', 'run', 'local', '--', '--exec', 'npm run integration'],
        10 * MINUTE_MS,
      );
      expect(output).toMatch(/Tests: .*\d+ passed/);
    },
    10 * MINUTE_MS,
  );

  step('the local stack leaves no process behind', async () => {
    expect(await processesOf(repositoryOf(MEDITECH.id))).toEqual([]);
  });
});

describe('MedTech GmbH, the same workload in another region', () => {
  step('the form creates its repository', () => createThroughTheForm(MEDTECH), 2 * MINUTE_MS);

  step('its lock file is the same, so it builds with the modules that are there', async () => {
    const lockFile = (id: string) => readFile(join(repositoryOf(id), 'package-lock.json'), 'utf8');
    expect(await lockFile(MEDTECH.id)).toBe(await lockFile(MEDITECH.id));
    await symlink(join(repositoryOf(MEDITECH.id), 'node_modules'), join(repositoryOf(MEDTECH.id), 'node_modules'));
  });

  step(
    'it type-checks',
    async () => {
      await inRepository(MEDTECH.id, ['npm', 'run', 'compile'], 5 * MINUTE_MS);
    },
    5 * MINUTE_MS,
  );

  step(
    'it synthesizes for its region',
    async () => {
      await inRepository(MEDTECH.id, ['npm', 'run', 'synth'], 5 * MINUTE_MS);
      const manifest: unknown = JSON.parse(await readFile(join(repositoryOf(MEDTECH.id), 'cdk.out/manifest.json'), 'utf8'));
      expect(environmentsOf(manifest)).toEqual([expect.stringMatching(new RegExp(`^aws://\\d{12}/${MEDTECH.region}$`))]);
    },
    5 * MINUTE_MS,
  );

  cfnLintStep(MEDTECH);
});

/** Environments (`aws://account/region`) of the stacks in a cloud assembly's manifest. */
function environmentsOf(manifest: unknown): string[] {
  const { artifacts } = manifest as { artifacts: Record<string, { type: string; environment?: string }> };
  return Object.values(artifacts).flatMap(({ type, environment }) =>
    type === 'aws:cloudformation:stack' && environment !== undefined ? [environment] : [],
  );
}
