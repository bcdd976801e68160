import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { referenceAnswers } from './answers';
import { run } from './command';
import { processesOf } from './processes';
import { installedProgram } from './program';
import { CREATE_TEMPLATE, TASK_PATIENCE_MS } from './template';
import { openWorkplace, tell, type Workplace } from './workplace';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const TOLD_ON_FAILURE_LENGTH = 3_000;
/** Tests of what workloads share byte for byte: the runtime, and the local stack without the doubles that imaging alone has. */
const TESTED_IN_MEDITECH = ['/test/runtime/', '/test/local/(?!workloads/|s3-|kms-)'];

/** What a tenant's repository is put through, from the form on. */
interface TenantRepository {
  readonly name: string;
  readonly id: string;
  readonly region: string;
  readonly owner: string;
  /** The gates that its content has not passed already in another's repository, each a command. */
  readonly gates: ReadonlyArray<readonly [string, ...string[]]>;
  /** Id of a tenant whose repository differs in nothing but what is rendered from the answers. Its gates are this one's too. */
  readonly twinId?: string;
  /** Files of the integration suite, by parts of their paths. Default: all. */
  readonly integrationFiles?: readonly string[];
  /** A test that must have run: it is not skipped for want of what this tenant's settings choose. */
  readonly provenByIntegration: string;
}

const MEDITECH: TenantRepository = {
  name: 'MediTech',
  id: 'meditech-eu-central-1',
  region: 'eu-central-1',
  owner: 'group:default/meditech-platform',
  gates: [['npm', 'run', 'build']],
  provenByIntegration: 'is stored once when it comes in several records',
};
/**
 * With a cache, which MediTech does without. The unit tests would find the same files again: what its settings make of them shows
 * when the stack is synthesized, with all gates, and when it runs.
 */
const MEDTECH: TenantRepository = {
  name: 'MedTech GmbH',
  id: 'medtech-us-east-1',
  region: 'us-east-1',
  owner: 'group:default/medtech-platform',
  gates: [['npx', 'projen', 'synth:silent']],
  twinId: MEDITECH.id,
  integrationFiles: ['last-readings', 'service', 'outputs'],
  provenByIntegration: 'answers the second of two queries, and shows each reading that comes in between',
};
/**
 * Gates of a further workload's repository: its own files and what its settings make of the shared ones. What is shared has passed the rest
 * in MediTech's, byte for byte.
 */
const gatesOfOwnFiles = (workload: string): TenantRepository['gates'] => [
  ['npx', 'projen', 'compile'],
  [
    ...['env', 'ESLINT_USE_FLAT_CONFIG=false', 'npx', 'eslint', '--ext', '.ts', '--no-error-on-unmatched-pattern'],
    ...['src', 'test', 'test/local', 'integration', 'local', 'bench'].map((folder) => `${folder}/workloads/${workload}`),
  ] as [string, ...string[]],
  ['npx', 'jest', '--ci', '--testPathIgnorePatterns', ...TESTED_IN_MEDITECH, '/node_modules/'],
  ['npx', 'projen', 'synth:silent'],
];
const RECORDS: TenantRepository = {
  name: 'Records',
  id: 'records-eu-west-2',
  region: 'eu-west-2',
  owner: 'group:default/records-platform',
  gates: gatesOfOwnFiles('records'),
  provenByIntegration: 'of every type that can be kept come back from the API as they went into the stream',
};
const IMAGING: TenantRepository = {
  name: 'MedTech Brazil',
  id: 'medtech-brazil-sa-east-1',
  region: 'sa-east-1',
  owner: 'group:default/medtech-brazil-platform',
  gates: gatesOfOwnFiles('imaging'),
  provenByIntegration: 'come back bit for bit, with what they say of themselves, when they were sent in parts',
};
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
        tell(String(error).slice(0, TOLD_ON_FAILURE_LENGTH));
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

/**
 * By `npm ci` in the first repository. The others have the same lock file, byte for byte, so the same would come of it, a minute
 * later: they get a copy.
 */
async function install(tenantId: string): Promise<void> {
  if (tenantId === MEDITECH.id) {
    await inRepository(tenantId, ['npm', 'ci', '--no-audit', '--no-fund'], 10 * MINUTE_MS);
    return;
  }
  const [own, installed] = await Promise.all(
    [tenantId, MEDITECH.id].map(async (id) => readFile(join(repositoryOf(id), 'package-lock.json'), 'utf8')),
  );
  expect(own).toBe(installed);
  await inRepository(tenantId, ['cp', '-RPp', join(repositoryOf(MEDITECH.id), 'node_modules'), 'node_modules'], 5 * MINUTE_MS);
}

/** Files of a repository's commit, each a line of `git ls-tree`: mode, hash and path. */
async function filesOf(tenantId: string): Promise<ReadonlySet<string>> {
  const listed = await inRepository(tenantId, ['git', 'ls-tree', '-r', 'HEAD']);
  return new Set(listed.trim().split('\n'));
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

describe.each([MEDITECH, MEDTECH, RECORDS, IMAGING])('$name, from the form to stored events', (tenant) => {
  const { id, region, owner, gates, twinId, integrationFiles, provenByIntegration } = tenant;

  step(`${id}: the form creates a repository and links to its catalog page`, () => createThroughTheForm(tenant), 2 * MINUTE_MS);

  step(`${id}: the catalog shows it with its owner`, async () => {
    const entity = await catalogEntity(id);
    expect(entity.relations).toContainEqual(expect.objectContaining({ type: 'ownedBy', targetRef: owner }));
  });

  step(`${id}: the repository has one commit and nothing uncommitted`, async () => {
    expect((await inRepository(id, ['git', 'rev-list', '--count', '--all'])).trim()).toBe('1');
    expect(await inRepository(id, ['git', 'status', '--porcelain'])).toBe('');
    const record: unknown = JSON.parse(await readFile(join(repositoryOf(id), '.skeleton.json'), 'utf8'));
    expect(record).toMatchObject({ answers: { tenant: { id } } });
  });

  step(`${id}: its dependencies are installed`, () => install(id), 10 * MINUTE_MS);

  step(
    `${id}: npx projen changes nothing`,
    async () => {
      await inRepository(id, ['npx', 'projen'], 5 * MINUTE_MS);
      expect(await inRepository(id, ['git', 'status', '--porcelain'])).toBe('');
    },
    5 * MINUTE_MS,
  );

  if (twinId !== undefined) {
    step(`${id}: its files are those of ${twinId}, but for what is rendered from the answers`, async () => {
      const [own, twins] = await Promise.all([filesOf(id), filesOf(twinId)]);
      const differing = [...new Set([...own, ...twins])].filter((line) => !own.has(line) || !twins.has(line));
      const paths = new Set(differing.map((line) => line.split('\t')[1]));
      expect([...paths].sort()).toEqual(['.skeleton.json', 'README.md', 'catalog-info.yaml', 'tenant.json']);
    });
  }

  for (const command of gates) {
    step(
      `${id}: ${command.join(' ')} passes`,
      async () => {
        await inRepository(id, command, 20 * MINUTE_MS);
      },
      20 * MINUTE_MS,
    );
  }

  step(`${id}: the gates have written one template, and changed nothing`, async () => {
    expect(await synthesizedTemplates(id)).toHaveLength(1);
    expect(await inRepository(id, ['git', 'status', '--porcelain'])).toBe('');
  });

  step(`${id}: it is synthesized for its region`, async () => {
    const manifest: unknown = JSON.parse(await readFile(join(repositoryOf(id), 'cdk.out/manifest.json'), 'utf8'));
    expect(environmentsOf(manifest)).toEqual([expect.stringMatching(new RegExp(`^aws://\\d{12}/${region}$`))]);
  });

  cfnLintStep(tenant);

  step(
    `${id}: the integration suite passes against the local stack`,
    async () => {
      const suite = ['npm run integration', ...(integrationFiles === undefined ? [] : ['--', ...integrationFiles])].join(' ');
      const output = await inRepository(
        id,
        ['npm', 'run', 'local', '--', '--exec', suite],
        10 * MINUTE_MS,
      );
      expect(output).toMatch(/Tests: .*\d+ passed/);
      // Not skipped, for want of what this tenant's settings choose.
      expect(output).toContain(`✓ ${provenByIntegration}`);
    },
    10 * MINUTE_MS,
  );

  step(`${id}: the local stack leaves no process behind`, async () => {
    expect(await processesOf(repositoryOf(id))).toEqual([]);
  });
});

/** Environments (`aws://account/region`) of the stacks in a cloud assembly's manifest. */
function environmentsOf(manifest: unknown): string[] {
  const { artifacts } = manifest as { artifacts: Record<string, { type: string; environment?: string }> };
  return Object.values(artifacts).flatMap(({ type, environment }) =>
    type === 'aws:cloudformation:stack' && environment !== undefined ? [environment] : [],
  );
}
