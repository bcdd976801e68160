import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { runAction, TaskMemory } from '../../test/support/action-context';
import { removeTemporaryFolders, renderedWorkspace, temporaryFolder } from '../../test/support/skeleton';
import { createPublishLocalGitAction } from './publish-local-git';

const author = { name: 'Portal', email: 'portal@pipeline.example' };
const input = { tenantId: 'lakeside-eu-west-1' };

function prepared(root = join(temporaryFolder(), 'tenants')) {
  const catalog = catalogServiceMock.mock({
    addLocation: jest.fn(({ type = 'url', target }) =>
      Promise.resolve({ location: { id: 'location-1', type, target, entityRef: 'location:default/x' }, entities: [] }),
    ),
  });
  const action = createPublishLocalGitAction({ catalog, root, author });
  return { action, catalog, root, repository: join(root, input.tenantId), workspacePath: renderedWorkspace() };
}

const git = (repository: string, ...args: string[]) =>
  execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();

afterEach(removeTemporaryFolders);

it('makes a repository with one commit on main by the configured author, and nothing left to commit', async () => {
  const { action, root, repository, workspacePath } = prepared();
  const outputs = await runAction(action, { ...input, commitMessage: 'Start' }, { workspacePath });
  expect(git(repository, 'rev-list', '--count', '--all')).toBe('1');
  expect(git(repository, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('main');
  expect(git(repository, 'log', '--format=%an <%ae> %s')).toBe('Portal <portal@pipeline.example> Start');
  expect(git(repository, 'status', '--porcelain')).toBe('');
  expect(git(repository, 'fsck', '--strict')).toBe('');
  expect(outputs).toEqual({
    path: repository,
    remoteUrl: pathToFileURL(repository).href,
    commitHash: git(repository, 'rev-parse', 'HEAD'),
    entityRef: 'component:default/lakeside-eu-west-1',
  });
  expect(readdirSync(root)).toEqual([input.tenantId]);
});

it('keeps executables and links, and commits every file', async () => {
  const { action, repository, workspacePath } = prepared();
  await runAction(action, input, { workspacePath });
  const modes = git(repository, 'ls-tree', '-r', 'HEAD', '--format=%(objectmode) %(path)').split('\n');
  expect(modes).toEqual(expect.arrayContaining(['100755 run.sh', '120000 start.sh', '100644 package.json']));
  expect(modes).toHaveLength(7);
});

it('registers the repository by its file, as the user who runs the task', async () => {
  const { action, catalog, repository, workspacePath } = prepared();
  await runAction(action, input, { workspacePath });
  expect(catalog.addLocation).toHaveBeenCalledTimes(1);
  expect(catalog.addLocation).toHaveBeenCalledWith(
    { type: 'file', target: join(repository, 'catalog-info.yaml'), onConflict: 'refresh' },
    { credentials: expect.objectContaining({ principal: expect.objectContaining({ type: 'user' }) }) },
  );
});

it('touches neither disk nor catalog in a dry run, and tells what it would make', async () => {
  const { action, catalog, root, repository, workspacePath } = prepared();
  const outputs = await runAction(action, input, { workspacePath, isDryRun: true });
  expect(outputs).toEqual({
    path: repository,
    remoteUrl: pathToFileURL(repository).href,
    entityRef: 'component:default/lakeside-eu-west-1',
  });
  expect(existsSync(root)).toBe(false);
  expect(catalog.addLocation).not.toHaveBeenCalled();
});

it.each(['../outside', '..', '.', 'a/b', '/etc', 'a\0b', 'Upper', '', '-x', 'a'.repeat(41)])(
  'refuses the tenant id %j, so that nothing leaves the root',
  async (tenantId) => {
    const { action, catalog, root, workspacePath } = prepared();
    for (const isDryRun of [false, true]) {
      await expect(runAction(action, { tenantId }, { workspacePath, isDryRun })).rejects.toMatchObject({
        name: 'InputError',
      });
    }
    expect(existsSync(root)).toBe(false);
    expect(catalog.addLocation).not.toHaveBeenCalled();
  },
);

it('refuses a link under the root, which would lead out of it', async () => {
  const [root, elsewhere] = [temporaryFolder(), temporaryFolder()];
  symlinkSync(elsewhere, join(root, input.tenantId));
  const { action, workspacePath } = prepared(root);
  await expect(runAction(action, input, { workspacePath })).rejects.toThrow(/is a symbolic link/);
  expect(readdirSync(elsewhere)).toEqual([]);
});

it("refuses a folder that holds something, another task's repository included, and leaves it as it is", async () => {
  const { action, catalog, repository, workspacePath } = prepared();
  await runAction(action, input, { workspacePath, taskId: 'task-1' });
  const before = git(repository, 'rev-parse', 'HEAD');
  await expect(runAction(action, input, { workspacePath, taskId: 'task-2' })).rejects.toThrow(/is not empty/);
  expect(git(repository, 'rev-parse', 'HEAD')).toBe(before);
  rmSync(repository, { recursive: true });
  mkdirSync(repository);
  writeFileSync(join(repository, 'theirs'), 'precious');
  await expect(runAction(action, input, { workspacePath, taskId: 'task-1' })).rejects.toThrow(/is not empty/);
  expect(readFileSync(join(repository, 'theirs'), 'utf8')).toBe('precious');
  expect(readdirSync(repository)).toEqual(['theirs']);
  expect(catalog.addLocation).toHaveBeenCalledTimes(1);
});

it.each(['../outside', '/etc'])('refuses to publish %s, out of the workspace', async (sourcePath) => {
  const { action, root, workspacePath } = prepared();
  await expect(runAction(action, { ...input, sourcePath }, { workspacePath })).rejects.toMatchObject({
    name: 'NotAllowedError',
  });
  expect(existsSync(root)).toBe(false);
});

it('leaves nothing where there is nothing to publish', async () => {
  const { action, root, workspacePath } = prepared();
  await expect(runAction(action, { ...input, sourcePath: 'absent' }, { workspacePath })).rejects.toThrow(/absent/);
  expect(readdirSync(root)).toEqual([]);
});

describe('when the task is tried again', () => {
  it('does not repeat what has passed', async () => {
    const { action, catalog, workspacePath } = prepared();
    const memory = new TaskMemory();
    const first = await runAction(action, input, { workspacePath, memory });
    expect(await runAction(action, input, { workspacePath, memory })).toEqual(first);
    expect(catalog.addLocation).toHaveBeenCalledTimes(1);
    expect([...memory.passed.keys()]).toEqual([
      'publish.local-git.repository.lakeside-eu-west-1',
      'publish.local-git.catalog.lakeside-eu-west-1',
    ]);
  });

  it('goes on from the registration that failed', async () => {
    const { action, catalog, repository, workspacePath } = prepared();
    const memory = new TaskMemory();
    catalog.addLocation.mockRejectedValueOnce(new Error('the catalog is away'));
    await expect(runAction(action, input, { workspacePath, memory })).rejects.toThrow('the catalog is away');
    const commit = git(repository, 'rev-parse', 'HEAD');
    expect(await runAction(action, input, { workspacePath, memory })).toMatchObject({ commitHash: commit });
    expect(catalog.addLocation).toHaveBeenCalledTimes(2);
  });

  it('knows the repository that it made before it was stopped, and what it left half-made', async () => {
    const { action, root, repository, workspacePath } = prepared();
    await runAction(action, input, { workspacePath, memory: new TaskMemory() });
    const commit = git(repository, 'rev-parse', 'HEAD');
    expect(await runAction(action, input, { workspacePath, memory: new TaskMemory() })).toMatchObject({ commitHash: commit });
    rmSync(repository, { recursive: true });
    mkdirSync(join(root, '.lakeside-eu-west-1.task-1.publishing'));
    await runAction(action, input, { workspacePath, memory: new TaskMemory() });
    expect(readdirSync(root)).toEqual([input.tenantId]);
  });
});
