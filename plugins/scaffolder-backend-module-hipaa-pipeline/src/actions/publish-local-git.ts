import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { createRepository, repositoryPath } from '../local-git/repository';
import type { LocalGitOptions } from '../options';
import { publishLocalGitExamples } from './publish-local-git.examples';
import { DEFAULT_TARGET_PATH } from './render';

const DEFAULT_MESSAGE = 'Create the pipeline';

export interface PublishLocalGitDependencies extends LocalGitOptions {
  readonly catalog: CatalogService;
}

/**
 * `publish:local-git`: makes a git repository under the configured root and registers it in the catalog.
 *
 * For development portals. Elsewhere a template publishes by its forge's own action, such as `publish:github`.
 */
export function createPublishLocalGitAction({ catalog, ...options }: PublishLocalGitDependencies) {
  return createTemplateAction({
    id: 'publish:local-git',
    description: 'Makes a git repository on the machine of a development portal and registers it in the catalog',
    examples: publishLocalGitExamples,
    supportsDryRun: true,
    schema: {
      input: {
        tenantId: (z) => z.string().describe("The tenant's id: names the folder under the configured root"),
        sourcePath: (z) =>
          z
            .string()
            .optional()
            .describe(`Folder in the workspace that becomes the repository. Default: ${DEFAULT_TARGET_PATH}`),
        commitMessage: (z) => z.string().optional().describe(`Message of the commit. Default: ${DEFAULT_MESSAGE}`),
      },
      output: {
        path: (z) => z.string().describe('Path of the repository on the machine of the portal'),
        remoteUrl: (z) => z.string().describe('URL to clone from on that machine'),
        commitHash: (z) => z.string().describe('The first commit. Not given by a dry run'),
        entityRef: (z) => z.string().describe("The pipeline's entity in the catalog"),
      },
    },
    async handler(ctx) {
      const { tenantId, sourcePath = DEFAULT_TARGET_PATH, commitMessage = DEFAULT_MESSAGE } = ctx.input;
      const source = resolveSafeChildPath(ctx.workspacePath, sourcePath);
      const path = await repositoryPath(options.root, tenantId);
      ctx.output('path', path);
      ctx.output('remoteUrl', pathToFileURL(path).href);
      ctx.output('entityRef', `component:default/${tenantId}`);
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would make the repository ${path} and register it in the catalog`);
        return;
      }
      const commitHash = await ctx.checkpoint({
        key: `publish.local-git.repository.${tenantId}`,
        fn: () => createRepository(options, { tenantId, source, message: commitMessage, taskId: ctx.task.id }),
      });
      ctx.output('commitHash', commitHash);
      await ctx.checkpoint({
        key: `publish.local-git.catalog.${tenantId}`,
        fn: async () => {
          const location = { type: 'file', target: join(path, 'catalog-info.yaml'), onConflict: 'refresh' as const };
          const added = await catalog.addLocation(location, { credentials: await ctx.getInitiatorCredentials() });
          return added.location.id;
        },
      });
      ctx.logger.info(`Made the repository ${path} and registered it in the catalog`);
    },
  });
}
