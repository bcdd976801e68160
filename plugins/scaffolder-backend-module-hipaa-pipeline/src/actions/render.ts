import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonValue } from '@backstage/types';
import { checkTarget, renderSkeleton, RenderingError } from 'hipaa-pipeline-node';
import { rm } from 'node:fs/promises';
import { locateSkeleton } from '../skeleton/locate-skeleton';
import type { SkeletonSources } from '../skeleton/locate-skeleton';
import { renderExamples } from './render.examples';

/** Folder in the workspace that a repository is rendered into, unless the template names another. */
export const DEFAULT_TARGET_PATH = 'repository';

/** `hipaa-pipeline:render`: judges all answers again, then renders the skeleton into the workspace, all of it or nothing. */
export function createRenderAction(sources: SkeletonSources) {
  return createTemplateAction({
    id: 'hipaa-pipeline:render',
    description: "Renders a tenant's complete pipeline repository into the workspace",
    examples: renderExamples,
    supportsDryRun: true,
    schema: {
      input: {
        settings: (z) =>
          z
            .record(z.custom<JsonValue>())
            .describe(
              "The tenant's settings by their names (tenant, workload, aws, secrets, …), as the form gives them; judged here again",
            ),
        targetPath: (z) =>
          z
            .string()
            .optional()
            .describe(`Folder in the workspace to render into: absent, or empty. Default: ${DEFAULT_TARGET_PATH}`),
      },
      output: {
        settings: (z) => z.record(z.custom<JsonValue>()).describe('The settings with every default filled in'),
        files: (z) => z.array(z.string()).describe('Paths of what was written, in the target folder'),
      },
    },
    async handler(ctx) {
      const target = resolveSafeChildPath(ctx.workspacePath, ctx.input.targetPath ?? DEFAULT_TARGET_PATH);
      try {
        // Passed once, it stays passed when the task is tried again: what lies there then is the first try's own.
        await ctx.checkpoint({
          key: 'hipaa-pipeline.render.target-is-free',
          fn: async () => {
            await checkTarget(target);
            return true;
          },
        });
        await rm(target, { recursive: true, force: true });
        const skeleton = await locateSkeleton(sources, ctx.templateInfo?.baseUrl, () => ctx.createTemporaryDirectory());
        const { settings, files } = await renderSkeleton({
          answers: ctx.input.settings,
          skeleton: skeleton.folder,
          provenance: skeleton.provenance,
          target,
        });
        ctx.logger.info(`Rendered ${files.length} files for ${settings.tenant.id}`);
        ctx.output('settings', toJson(settings));
        ctx.output('files', [...files]);
      } catch (error) {
        throw asInputError(error);
      }
    },
  });
}

/** Settings hold JSON's types only; leaving out what is `undefined` makes them JSON. */
function toJson(settings: object): Record<string, JsonValue> {
  return JSON.parse(JSON.stringify(settings)) as Record<string, JsonValue>;
}

/** A person's mistake is an input error to Backstage; a broken skeleton stays what it is. */
function asInputError(error: unknown): unknown {
  const mistakes = ['ANSWERS_INVALID', 'TARGET_NOT_EMPTY', 'TARGET_UNUSABLE'];
  if (error instanceof RenderingError && mistakes.includes(error.code)) return new InputError(error.message);
  return error;
}
