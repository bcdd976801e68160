import { RDSClient } from '@aws-sdk/client-rds';
import { z } from 'zod';
import { removeScaledReaders } from './remove-scaled-readers';

/** Before Lambda's own limit of 15 minutes, so that CloudFormation hears what is left and does not wait an hour for an answer. */
const PATIENCE_MS = 13 * 60_000;

const eventSchema = z.looseObject({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResourceProperties: z.looseObject({ ClusterIdentifier: z.string().min(1) }),
});

/** Answers CloudFormation: there is nothing to make, and at the end the scaled readers are to go. */
export async function handler(event: unknown): Promise<{ PhysicalResourceId: string }> {
  const { RequestType, ResourceProperties } = eventSchema.parse(event);
  const clusterIdentifier = ResourceProperties.ClusterIdentifier;
  if (RequestType === 'Delete') {
    const rds = new RDSClient({});
    await removeScaledReaders({ rds, clusterIdentifier, deadlineMs: Date.now() + PATIENCE_MS });
    rds.destroy();
  }
  return { PhysicalResourceId: `scaled-readers-of-${clusterIdentifier}` };
}
