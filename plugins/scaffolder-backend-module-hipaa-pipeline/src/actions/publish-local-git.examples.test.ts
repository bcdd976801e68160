import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { parse } from 'yaml';
import { runAction } from '../../test/support/action-context';
import { removeTemporaryFolders, renderedWorkspace, temporaryFolder } from '../../test/support/skeleton';
import { createPublishLocalGitAction } from './publish-local-git';
import { publishLocalGitExamples } from './publish-local-git.examples';

interface Input extends Record<string, string | undefined> {
  readonly tenantId: string;
  readonly sourcePath?: string;
  readonly commitMessage?: string;
}

afterEach(removeTemporaryFolders);

it.each(publishLocalGitExamples)('$description', async ({ example }) => {
  const { steps } = parse(example) as { steps: ReadonlyArray<{ action: string; input: Input }> };
  expect(steps).toHaveLength(1);
  for (const { action: id, input } of steps) {
    const root = temporaryFolder();
    const location = { id: 'location-1', type: 'file', target: 'x', entityRef: 'location:default/x' };
    const action = createPublishLocalGitAction({
      root,
      author: { name: 'Portal', email: 'portal@pipeline.example' },
      catalog: catalogServiceMock.mock({ addLocation: () => Promise.resolve({ location, entities: [] }) }),
    });
    expect(id).toBe(action.id);
    await runAction(action, input, { workspacePath: renderedWorkspace(input.sourcePath) });
    const subject = execFileSync('git', ['-C', join(root, input.tenantId), 'log', '--format=%s'], { encoding: 'utf8' });
    expect(subject.trim()).toBe(input.commitMessage ?? 'Create the pipeline');
  }
});
