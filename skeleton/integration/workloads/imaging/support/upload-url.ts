import type { PipelineOutputs } from '../../../support/outputs';

/** Where uploads begin. @throws Error where nothing is uploaded. */
export function uploadUrlOf({ UploadUrl: url }: PipelineOutputs): string {
  if (url === undefined) throw new Error('The outputs have no UploadUrl.');
  return url;
}
