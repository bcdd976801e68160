/** Finds the skeleton that a task renders from. */
import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { ScmIntegrations } from '@backstage/integration';
import { provenanceOf } from 'hipaa-pipeline-node';
import type { Provenance } from 'hipaa-pipeline-node';

/** Where a template of this repository has the skeleton: from `template/create/template.yaml`. */
const BESIDE_THE_TEMPLATE = '../../skeleton';

const COMMIT = /^[0-9a-f]{40}$/;

export interface SkeletonSources {
  readonly reader: UrlReaderService;
  readonly integrations: ScmIntegrations;
  /** Absolute path of the configured skeleton. Default: the one beside the template. */
  readonly folder?: string;
}

export interface LocatedSkeleton {
  readonly folder: string;
  readonly provenance: Provenance;
}

/**
 * The configured folder, else the skeleton beside the template, read whole at one commit into `download()`.
 *
 * Backstage lets no template at a file location read outside of its own folder, and a dry run has none, so both need
 * the configured folder.
 *
 * @throws InputError where neither is there.
 */
export async function locateSkeleton(
  { reader, integrations, folder }: SkeletonSources,
  templateUrl: string | undefined,
  download: () => Promise<string>,
): Promise<LocatedSkeleton> {
  if (folder !== undefined) return { folder, provenance: await provenanceOf(folder) };
  if (templateUrl === undefined || !/^https?:/.test(templateUrl)) {
    throw new InputError(
      'The skeleton cannot be found: this template comes from no URL. Set hipaaPipeline.skeleton to its folder.',
    );
  }
  const source = integrations.resolveUrl({ url: BESIDE_THE_TEMPLATE, base: templateUrl });
  const tree = await reader.readTree(source);
  const targetDir = await download();
  return {
    folder: await tree.dir({ targetDir }),
    // Source control integrations give the commit as the etag of a tree.
    provenance: { source, commit: COMMIT.test(tree.etag) ? tree.etag : null, modified: false },
  };
}
