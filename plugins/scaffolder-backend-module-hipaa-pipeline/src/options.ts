import { resolve } from 'node:path';
import type { Config } from '@backstage/config';

/** What `publish:local-git` is configured with. */
export interface LocalGitOptions {
  /** Absolute path of the folder that every repository is made under. */
  readonly root: string;
  readonly author: { readonly name: string; readonly email: string };
}

/** Absolute path of the configured skeleton; `undefined` where the one beside the template is meant. */
export function readSkeletonFolder(config: Config): string | undefined {
  const folder = config.getOptionalString('hipaaPipeline.skeleton');
  return folder === undefined ? undefined : resolve(folder);
}

/**
 * `undefined` where no root is configured: the action then does not exist.
 *
 * The author is `scaffolder.defaultAuthor`, as for Backstage's own publishing actions, with their defaults.
 */
export function readLocalGitOptions(config: Config): LocalGitOptions | undefined {
  const root = config.getOptionalString('hipaaPipeline.localGit.root');
  if (root === undefined) return undefined;
  return {
    root: resolve(root),
    author: {
      name: config.getOptionalString('scaffolder.defaultAuthor.name') ?? 'Scaffolder',
      email: config.getOptionalString('scaffolder.defaultAuthor.email') ?? 'scaffolder@backstage.io',
    },
  };
}
