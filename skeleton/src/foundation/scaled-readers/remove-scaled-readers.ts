import { setTimeout as pause } from 'node:timers/promises';
import { DeleteDBInstanceCommand, paginateDescribeDBInstances } from '@aws-sdk/client-rds';
import type { DBInstance, RDSClient } from '@aws-sdk/client-rds';

/** How Application Auto Scaling names the readers it adds (Amazon Aurora User Guide, "Amazon Aurora Auto Scaling with Aurora Replicas"). */
export const SCALED_READER_PREFIX = 'application-autoscaling-';

export interface RemoveScaledReadersOptions {
  readonly rds: RDSClient;
  readonly clusterIdentifier: string;
  /** When to give up, by the clock of `Date.now()`. */
  readonly deadlineMs: number;
  /** Between two looks. Default 15 000. */
  readonly pauseMs?: number;
}

/**
 * Deletes the readers that automatic scaling has added to a cluster, and no others. Returns when each is on its way out, which suffices for
 * the cluster's own deletion. One that is still being made is waited for.
 *
 * @returns the readers it deleted, by identifier.
 * @throws Error at the deadline, with what is left; and whatever RDS throws else.
 */
export async function removeScaledReaders(options: RemoveScaledReadersOptions): Promise<string[]> {
  const { rds, clusterIdentifier, deadlineMs, pauseMs = 15_000 } = options;
  const deleted: string[] = [];
  for (;;) {
    const left: string[] = [];
    for (const { DBInstanceIdentifier: id, DBInstanceStatus: status } of await scaledReaders(rds, clusterIdentifier)) {
      if (id === undefined || status === 'deleting') continue;
      if (await isDeleted(rds, id)) deleted.push(id);
      else left.push(`${id} (${status})`);
    }
    if (left.length === 0) return deleted;
    if (Date.now() + pauseMs > deadlineMs) {
      throw new Error(
        `Readers that automatic scaling added to ${clusterIdentifier} cannot be deleted yet: ${left.join(', ')}. Delete the stack again when they are available.`,
      );
    }
    await pause(pauseMs);
  }
}

async function scaledReaders(rds: RDSClient, clusterIdentifier: string): Promise<DBInstance[]> {
  const found: DBInstance[] = [];
  const filters = [{ Name: 'db-cluster-id', Values: [clusterIdentifier] }];
  for await (const page of paginateDescribeDBInstances({ client: rds }, { Filters: filters })) {
    found.push(...(page.DBInstances ?? []));
  }
  return found.filter(({ DBInstanceIdentifier }) => DBInstanceIdentifier?.startsWith(SCALED_READER_PREFIX));
}

/** Deletes an instance; false when its state, such as `creating`, does not allow it yet. */
async function isDeleted(rds: RDSClient, id: string): Promise<boolean> {
  try {
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: id }));
    return true;
  } catch (error) {
    const name: unknown = error instanceof Error ? error.name : undefined;
    if (name === 'DBInstanceNotFoundFault' || name === 'DBInstanceNotFound') return true;
    if (name === 'InvalidDBInstanceStateFault' || name === 'InvalidDBInstanceState') return false;
    throw error;
  }
}
