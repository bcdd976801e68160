import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import type { JsonValue } from '@backstage/types';
import { parse } from 'yaml';
import { runAction } from '../../test/support/action-context';
import { removeTemporaryFolders, smallSkeleton, temporaryFolder } from '../../test/support/skeleton';
import { createRenderAction } from './render';
import { renderExamples } from './render.examples';

interface Example {
  readonly steps: ReadonlyArray<{ readonly action: string; readonly input: { settings: Record<string, JsonValue>; targetPath?: string } }>;
}

afterEach(removeTemporaryFolders);

it.each(renderExamples)('$description', async ({ example }) => {
  const { steps } = parse(example) as Example;
  expect(steps).toHaveLength(1);
  for (const { action: id, input } of steps) {
    const action = createRenderAction({
      reader: mockServices.urlReader.mock(),
      integrations: ScmIntegrations.fromConfig(new ConfigReader({})),
      folder: smallSkeleton(),
    });
    expect(id).toBe(action.id);
    const workspacePath = temporaryFolder();
    const outputs = await runAction(action, input, { workspacePath });
    expect(outputs.settings).toMatchObject(input.settings);
    expect(existsSync(join(workspacePath, input.targetPath ?? 'repository', 'tenant.json'))).toBe(true);
  }
});
