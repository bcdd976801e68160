import { coreServices, createBackendModule } from '@backstage/backend-plugin-api';
import { ScmIntegrations } from '@backstage/integration';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createPublishLocalGitAction } from './actions/publish-local-git';
import { createRenderAction } from './actions/render';
import { readLocalGitOptions, readSkeletonFolder } from './options';

/** Adds `hipaa-pipeline:render`, and `publish:local-git` where a root is configured for it. */
export const hipaaPipelineModule = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'hipaa-pipeline',
  register(registration) {
    registration.registerInit({
      deps: {
        scaffolder: scaffolderActionsExtensionPoint,
        config: coreServices.rootConfig,
        reader: coreServices.urlReader,
        catalog: catalogServiceRef,
      },
      init({ scaffolder, config, reader, catalog }) {
        const integrations = ScmIntegrations.fromConfig(config);
        scaffolder.addActions(createRenderAction({ reader, integrations, folder: readSkeletonFolder(config) }));
        const localGit = readLocalGitOptions(config);
        if (localGit) scaffolder.addActions(createPublishLocalGitAction({ ...localGit, catalog }));
        return Promise.resolve();
      },
    });
  },
});
