import type { Construct } from 'constructs';
import { padded, RedisStore } from './redis-store';
import type { RedisStoreProps } from './redis-store';

/** A replica in another zone for each node group. */
const REPLICAS_PER_NODE_GROUP = 1;

/** Up to here a node's share of the writes stays within what its class may use for ever; above, a class that is not burstable is due. */
const BURSTABLE_PEAK_EVENTS_PER_SECOND = 2_000;

/**
 * Node type for a peak rate. The readings themselves are small, some 2 KB a patient, so processor and network decide: every event is one
 * script in one node group. Both types run on Graviton and are offered in every supported region.
 */
export function cacheNodeType(peakEventsPerSecond: number): string {
  return peakEventsPerSecond <= BURSTABLE_PEAK_EVENTS_PER_SECOND ? 'cache.t4g.medium' : 'cache.m7g.large';
}

/** Settings of the nodes. When memory runs short, what was touched longest ago goes first: the patients who have been silent longest. */
export const CACHE_PARAMETERS = { 'cluster-enabled': 'yes', 'maxmemory-policy': 'allkeys-lru' } as const;

export interface CacheProps extends RedisStoreProps {
  /** Two or more, each with a replica in another zone. */
  readonly nodeGroups: number;
  readonly peakEventsPerSecond: number;
}

/**
 * Redis OSS in cluster mode, each node group over two zones. It may be lost at any time, and node groups are added and removed while it
 * serves.
 */
export class Cache extends RedisStore {
  /** The configuration endpoint, which knows all node groups. */
  readonly endpoint: string;
  /** Groups that are added later are numbered on by ElastiCache. */
  readonly nodeIds: readonly string[];

  constructor(scope: Construct, id: string, props: CacheProps) {
    const { nodeGroups } = props;
    if (nodeGroups < 2) throw new Error(`The cache has ${nodeGroups} node groups: cluster mode takes two at least.`);
    super(scope, id, 'cache', props, {
      description: 'Latest readings of the pipeline',
      parameters: CACHE_PARAMETERS,
      parametersDescription: 'Cluster mode; what was touched longest ago goes first',
      nodes: {
        cacheNodeType: cacheNodeType(props.peakEventsPerSecond),
        clusterMode: 'enabled',
        numNodeGroups: nodeGroups,
        replicasPerNodeGroup: REPLICAS_PER_NODE_GROUP,
      },
      noBackupReason:
        'The cache holds only what the database holds as well, and fills itself again from there; a snapshot would be one more copy of patient data, and would outlive the stack.',
    });
    this.nodeIds = nodeIdsOf(this.replicationGroupId, nodeGroups);
    // Another number of node groups moves slots between them; without this CloudFormation would make a new, empty cache.
    this.group.cfnOptions.updatePolicy = { useOnlineResharding: true };
    this.endpoint = `${this.group.attrConfigurationEndPointAddress}:${this.group.attrConfigurationEndPointPort}`;
  }

  /** Environment by which a client finds the cache and its token. */
  environment(): Record<'CACHE_ENDPOINT' | 'CACHE_AUTH_TOKEN_SECRET_ARN', string> {
    return { CACHE_ENDPOINT: this.endpoint, CACHE_AUTH_TOKEN_SECRET_ARN: this.authTokenSecretArn };
  }
}

/** Ids as ElastiCache gives them: `{group}-{node group}-{node}` (Amazon ElastiCache API Reference, "NodeGroupMember"). */
function nodeIdsOf(replicationGroupId: string, nodeGroups: number): string[] {
  return Array.from({ length: nodeGroups }, (_, group) =>
    Array.from(
      { length: 1 + REPLICAS_PER_NODE_GROUP },
      (__, node) => `${replicationGroupId}-${padded(group + 1, 4)}-${padded(node + 1, 3)}`,
    ),
  ).flat();
}
