import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import hipaaPipelineModule from '.';

async function actionsWith(data: object): Promise<string[]> {
  const added: string[] = [];
  const backend = await startTestBackend({
    extensionPoints: [
      [scaffolderActionsExtensionPoint, { addActions: (...actions) => added.push(...actions.map(({ id }) => id)) }],
    ],
    features: [hipaaPipelineModule, mockServices.rootConfig.factory({ data }), catalogServiceMock.factory()],
  });
  await backend.stop();
  return added;
}

it('adds the rendering action to every portal, and publishing to this machine only where a root is configured', async () => {
  expect(await actionsWith({})).toEqual(['hipaa-pipeline:render']);
  expect(await actionsWith({ hipaaPipeline: { skeleton: './skeleton' } })).toEqual(['hipaa-pipeline:render']);
  expect(await actionsWith({ hipaaPipeline: { localGit: { root: './tenants' } } })).toEqual([
    'hipaa-pipeline:render',
    'publish:local-git',
  ]);
});
