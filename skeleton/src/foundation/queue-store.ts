import type { Construct } from 'constructs';
import { padded, RedisStore } from './redis-store';
import type { RedisStoreProps } from './redis-store';

/** Primary and one replica, in different zones. */
const NODES = 2;

/**
 * A job is an id and its times, some 1 KB with what BullMQ keeps beside it, and half of a node's memory is for data: this one holds more than a
 * million jobs. Runs on Graviton and is offered in every supported region.
 */
export const QUEUE_NODE_TYPE = 'cache.t4g.medium';

/**
 * Settings of the nodes. A queue must never drop a job to make room, so a full one refuses new jobs (BullMQ, "Going to production"); what
 * waits is then queued from the database. Cluster mode is off: a queue's keys would all lie in one node group anyway.
 */
export const QUEUE_PARAMETERS = { 'cluster-enabled': 'no', 'maxmemory-policy': 'noeviction' } as const;

/** Redis OSS for a queue of jobs: one node group, whose primary takes the jobs and whose replica takes its place within a minute. */
export class QueueStore extends RedisStore {
  /** The primary, wherever it is after a failover. */
  readonly endpoint: string;
  readonly nodeIds: readonly string[];

  constructor(scope: Construct, id: string, props: RedisStoreProps) {
    super(scope, id, 'queue', props, {
      description: 'Queue of the pipeline',
      parameters: QUEUE_PARAMETERS,
      parametersDescription: 'A queue: nothing is dropped when memory runs short',
      nodes: { cacheNodeType: QUEUE_NODE_TYPE, clusterMode: 'disabled', numCacheClusters: NODES },
      noBackupReason:
        'The queue holds ids of what the database knows to be unfinished, and is filled again from there when it is lost; a snapshot would be older than the database and outlive the stack.',
    });
    // Ids as ElastiCache gives them without node groups: `{group}-{node}` (Amazon ElastiCache API Reference, "NodeGroupMember").
    this.nodeIds = Array.from({ length: NODES }, (_, node) => `${this.replicationGroupId}-${padded(node + 1, 3)}`);
    this.endpoint = `${this.group.attrPrimaryEndPointAddress}:${this.group.attrPrimaryEndPointPort}`;
  }

  /** Environment by which a client finds the queue and its token. */
  environment(): Record<'QUEUE_ENDPOINT' | 'QUEUE_AUTH_TOKEN_SECRET_ARN', string> {
    return { QUEUE_ENDPOINT: this.endpoint, QUEUE_AUTH_TOKEN_SECRET_ARN: this.authTokenSecretArn };
  }
}
