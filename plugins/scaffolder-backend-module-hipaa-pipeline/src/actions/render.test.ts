import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { settingsOfWorkload, type TenantSettings } from 'hipaa-pipeline-node';
import { runAction, TaskMemory } from '../../test/support/action-context';
import { lakeside, removeTemporaryFolders, smallSkeleton, temporaryFolder } from '../../test/support/skeleton';
import { createRenderAction } from './render';

const integrations = ScmIntegrations.fromConfig(new ConfigReader({}));

/** An action with its own skeleton, or with the one beside the template where `folder` is `null`. */
function prepared(folder: string | null = smallSkeleton()) {
  const reader = mockServices.urlReader.mock();
  return { action: createRenderAction({ reader, integrations, folder: folder ?? undefined }), reader, workspacePath: temporaryFolder() };
}

afterEach(removeTemporaryFolders);

it('writes the repository into the workspace, and outputs its settings and files', async () => {
  const { action, workspacePath } = prepared();
  const outputs = await runAction(action, { settings: lakeside }, { workspacePath });
  expect(outputs.files).toEqual([
    '.gitignore',
    '.skeleton.json',
    'catalog-info.yaml',
    'package.json',
    'run.sh',
    'src/workloads/vitals/vitals.service.ts',
    'start.sh',
    'tenant.json',
  ]);
  expect(outputs.settings).toMatchObject({ ...lakeside, compliance: { backupRetentionDays: 35 } });
  expect(JSON.parse(readFileSync(join(workspacePath, 'repository/tenant.json'), 'utf8'))).toEqual(settingsOfWorkload(outputs.settings as TenantSettings));
});

it('does the same in a dry run: the workspace is all it writes to', async () => {
  const { action, workspacePath } = prepared();
  const outputs = await runAction(action, { settings: lakeside }, { workspacePath, isDryRun: true });
  expect(action.supportsDryRun).toBe(true);
  expect(existsSync(join(workspacePath, 'repository/tenant.json'))).toBe(true);
  expect(outputs.settings).toMatchObject(lakeside);
});

it('judges the answers again and tells all faults at once, with nothing written', async () => {
  const { action, workspacePath } = prepared();
  const settings = {
    ...lakeside,
    workload: 'records',
    aws: { ...lakeside.aws, environmentSuffix: 'Prod', region: 'eu-west-2' },
  };
  const failing = runAction(action, { settings }, { workspacePath });
  await expect(failing).rejects.toMatchObject({ name: 'InputError' });
  await expect(failing).rejects.toThrow(
    /^3 answers are wrong:\n- aws\.environmentSuffix is "Prod": .*\n- secrets\.databaseArn is .* region, eu-west-2 .*\n- workload is "records": expected one of vitals/,
  );
  expect(readdirSync(workspacePath)).toEqual([]);
});

it.each(['../outside', '/tmp/outside', 'a/../../outside'])('refuses to write to %s, out of the workspace', async (targetPath) => {
  const { action, workspacePath } = prepared();
  await expect(runAction(action, { settings: lakeside, targetPath }, { workspacePath })).rejects.toMatchObject({
    name: 'NotAllowedError',
  });
  expect(readdirSync(workspacePath)).toEqual([]);
});

it('refuses a target that an earlier step has filled, and leaves it as it is', async () => {
  const { action, workspacePath } = prepared();
  mkdirSync(join(workspacePath, 'repository'));
  writeFileSync(join(workspacePath, 'repository/theirs'), 'precious');
  const memory = new TaskMemory();
  for (let tries = 0; tries < 2; tries++) {
    await expect(runAction(action, { settings: lakeside }, { workspacePath, memory })).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('is not empty; nothing was changed'),
    });
  }
  expect(readdirSync(join(workspacePath, 'repository'))).toEqual(['theirs']);
});

it('renders afresh when the task is tried again after the first try wrote', async () => {
  const { action, workspacePath } = prepared();
  const memory = new TaskMemory();
  const first = await runAction(action, { settings: lakeside }, { workspacePath, memory });
  writeFileSync(join(workspacePath, 'repository/tenant.json'), 'half');
  expect(await runAction(action, { settings: lakeside }, { workspacePath, memory })).toEqual(first);
  expect(JSON.parse(readFileSync(join(workspacePath, 'repository/tenant.json'), 'utf8'))).toEqual(settingsOfWorkload(first.settings as TenantSettings));
});

describe('without a configured skeleton', () => {
  const templateUrl = 'https://github.com/acme/platform/blob/main/template/create/template.yaml';

  function readingFrom(etag: string) {
    const { action, reader, workspacePath } = prepared(null);
    const skeleton = smallSkeleton();
    reader.readTree.mockResolvedValue({
      etag,
      files: () => Promise.reject(new Error('not planned')),
      archive: () => Promise.reject(new Error('not planned')),
      dir: async (options) => {
        const target = options?.targetDir ?? '';
        await cp(skeleton, target, { recursive: true, verbatimSymlinks: true });
        return target;
      },
    });
    return { reader, run: () => runAction(action, { settings: lakeside }, { workspacePath, templateUrl, temporaryFolder }), workspacePath };
  }

  it("reads the one beside the template's URL, and records the commit it was read at", async () => {
    const { reader, run, workspacePath } = readingFrom('0123456789abcdef0123456789abcdef01234567');
    await run();
    expect(reader.readTree.mock.calls).toEqual([['https://github.com/acme/platform/tree/main/skeleton']]);
    expect(JSON.parse(readFileSync(join(workspacePath, 'repository/.skeleton.json'), 'utf8'))).toMatchObject({
      source: 'https://github.com/acme/platform/tree/main/skeleton',
      commit: '0123456789abcdef0123456789abcdef01234567',
    });
  });

  it('records no commit where the host gives none', async () => {
    const { run, workspacePath } = readingFrom('W/"etag"');
    await run();
    const record: unknown = JSON.parse(readFileSync(join(workspacePath, 'repository/.skeleton.json'), 'utf8'));
    expect(record).toMatchObject({ commit: null });
  });

  it.each([['file:///srv/platform/template/create/template.yaml'], [undefined]])(
    'says what to configure for a template at %s',
    async (url) => {
      const { action, workspacePath } = prepared(null);
      await expect(runAction(action, { settings: lakeside }, { workspacePath, templateUrl: url })).rejects.toThrow(
        'Set hipaaPipeline.skeleton to its folder.',
      );
    },
  );
});

it('tells a broken skeleton from a wrong answer', async () => {
  const { action, workspacePath } = prepared(join(temporaryFolder(), 'absent'));
  await expect(runAction(action, { settings: lakeside }, { workspacePath })).rejects.toMatchObject({
    name: 'RenderingError',
    code: 'SKELETON_NOT_FOUND',
  });
});
