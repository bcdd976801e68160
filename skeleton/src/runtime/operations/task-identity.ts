import { z } from 'zod';
import { OperationError } from './errors';

const TIMEOUT_MS = 5_000;
const metadataSchema = z.object({ TaskARN: z.string().min(1) });

/**
 * ARN of the ECS task that this process runs in, for the audit trail; `undefined` outside of ECS.
 *
 * @param metadataUri value of `ECS_CONTAINER_METADATA_URI_V4`, which ECS sets ("Amazon ECS task metadata endpoint version 4").
 * @throws OperationError (`failed`) when the endpoint does not tell: nothing may then be done, since it could not be on record.
 */
export async function taskArn(metadataUri: string | undefined): Promise<string | undefined> {
  if (metadataUri === undefined || metadataUri === '') return undefined;
  try {
    const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return metadataSchema.parse(await response.json()).TaskARN;
  } catch (cause) {
    throw new OperationError(
      'failed',
      'ECS does not tell which task this is, so nothing could be put on record, and nothing was done: run it again.',
      { cause },
    );
  }
}
