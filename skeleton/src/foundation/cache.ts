import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';
import { readSecretStatements } from './secret-access';
import type { ExistingSecret } from './secret-access';

/** Not Redis's own 6379, which the AwsSolutions pack takes for a default that nobody thought about (AEC5). */
export const CACHE_PORT = 6380;

/** The last Redis OSS that ElastiCache offers (Amazon ElastiCache User Guide, "ElastiCache for Redis OSS versions"). */
export const CACHE_ENGINE_VERSION = '7.1';

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

/** Metrics of ElastiCache that tell how a node is (Amazon ElastiCache User Guide, "Metrics for Valkey and Redis OSS"). */
export type CacheMetricName =
  'CurrConnections' | 'DatabaseMemoryUsagePercentage' | 'EngineCPUUtilization' | 'Evictions' | 'ReplicationLag';

export interface CacheProps {
  readonly names: Names;
  readonly network: Network;
  /**
   * Existing secret whose whole text is the auth token. Its change is its owner's, and takes two steps, of which the runbook tells:
   * CloudFormation reads a secret only when the resource that names it changes otherwise.
   */
  readonly authToken: ExistingSecret;
  /** Two or more, each with a replica in another zone. */
  readonly nodeGroups: number;
  readonly peakEventsPerSecond: number;
  readonly dataKey: IKey;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * Redis OSS in cluster mode: TLS only, behind an auth token, encrypted by the data key, in isolated subnets, each node group over two zones
 * with automatic failover. It holds nothing that is not in the database, so it keeps no snapshots and may be lost at any time.
 *
 * Node groups are added and removed while it serves.
 */
export class Cache extends Construct {
  readonly securityGroup: SecurityGroup;
  readonly replicationGroupId: string;
  /** Host name and port, as `host:port`: the configuration endpoint, which knows all node groups. */
  readonly endpoint: string;
  readonly authTokenSecretArn: string;
  /** Ids of the nodes of a new group. Failover swaps the roles of two; groups that are added later are numbered on by ElastiCache. */
  readonly nodeIds: readonly string[];
  private readonly authToken: ExistingSecret;

  constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id);
    const { names, network, authToken, nodeGroups } = props;
    if (nodeGroups < 2) throw new Error(`The cache has ${nodeGroups} node groups: cluster mode takes two at least.`);
    this.authToken = authToken;
    this.authTokenSecretArn = authToken.arn;
    this.replicationGroupId = names.of('cache');
    this.nodeIds = nodeIdsOf(this.replicationGroupId, nodeGroups);
    this.securityGroup = network.securityGroup(this, names, 'cache', 'Cache: Redis from its clients only');

    // Not the slow log: it quotes commands, and their keys name patients. The engine log tells of failover, replication and memory.
    const engineLog = new EncryptedLogGroup(this, 'EngineLog', {
      // Below this prefix one resource policy serves all groups; each other would take from a policy of limited length
      // (Amazon CloudWatch Logs User Guide, "Enable logging from AWS services").
      logGroupName: `/aws/vendedlogs/${names.of('cache')}`,
      key: props.logKey,
      retentionDays: props.logRetentionDays,
    });
    const group = new CfnReplicationGroup(this, 'ReplicationGroup', {
      replicationGroupId: this.replicationGroupId,
      replicationGroupDescription: 'Latest readings of the pipeline',
      engine: 'redis',
      engineVersion: CACHE_ENGINE_VERSION,
      cacheNodeType: cacheNodeType(props.peakEventsPerSecond),
      clusterMode: 'enabled',
      numNodeGroups: nodeGroups,
      replicasPerNodeGroup: REPLICAS_PER_NODE_GROUP,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      port: CACHE_PORT,
      cacheSubnetGroupName: this.subnetGroup(names, network).ref,
      securityGroupIds: [this.securityGroup.securityGroupId],
      cacheParameterGroupName: this.parameterGroup().ref,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      // A dynamic reference, which CloudFormation resolves: the token is in no template.
      authToken: SecretValue.secretsManager(authToken.arn).unsafeUnwrap(),
      atRestEncryptionEnabled: true,
      kmsKeyId: props.dataKey.keyArn,
      snapshotRetentionLimit: 0,
      autoMinorVersionUpgrade: true,
      preferredMaintenanceWindow: 'sun:03:30-sun:04:30',
      logDeliveryConfigurations: [
        {
          logType: 'engine-log',
          logFormat: 'json',
          destinationType: 'cloudwatch-logs',
          destinationDetails: { cloudWatchLogsDetails: { logGroup: engineLog.logGroupName } },
        },
      ],
    });
    // Another number of node groups moves slots between them; without this CloudFormation would make a new, empty cache.
    group.cfnOptions.updatePolicy = { useOnlineResharding: true };
    group.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.endpoint = `${group.attrConfigurationEndPointAddress}:${group.attrConfigurationEndPointPort}`;
    acknowledge(
      group,
      { hipaa: ['ElastiCacheRedisClusterAutomaticBackup'] },
      'The cache holds only what the database holds as well, and fills itself again from there; a snapshot would be one more copy of patient data, and would outlive the stack.',
    );
  }

  /** Lets a client reach the cache, and the cache be reached by it. */
  allowFrom(client: SecurityGroup, description: string): void {
    this.securityGroup.addIngressRule(client, Port.tcp(CACHE_PORT), description);
    client.addEgressRule(this.securityGroup, Port.tcp(CACHE_PORT), 'Redis');
  }

  /** What a client must be allowed to read the auth token. */
  secretStatements(): PolicyStatement[] {
    return readSecretStatements(this, this.authToken);
  }

  /** Environment by which a client finds the cache and its token. */
  environment(): Record<'CACHE_ENDPOINT' | 'CACHE_AUTH_TOKEN_SECRET_ARN', string> {
    return { CACHE_ENDPOINT: this.endpoint, CACHE_AUTH_TOKEN_SECRET_ARN: this.authTokenSecretArn };
  }

  /** A metric of one of `nodeIds`, by the minute. */
  metric(metricName: CacheMetricName, nodeId: string, statistic: string): Metric {
    return new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      // A member of a replication group is a cluster of one node, whose number is therefore always the same.
      dimensionsMap: { CacheClusterId: nodeId, CacheNodeId: '0001' },
      statistic,
    });
  }

  private subnetGroup(names: Names, network: Network): CfnSubnetGroup {
    return new CfnSubnetGroup(this, 'SubnetGroup', {
      cacheSubnetGroupName: names.of('cache'),
      description: 'Isolated subnets of the pipeline',
      subnetIds: network.vpc.selectSubnets(network.isolatedSubnets).subnetIds,
    });
  }

  private parameterGroup(): CfnParameterGroup {
    return new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'redis7',
      description: 'Cluster mode; what was touched longest ago goes first',
      properties: { ...CACHE_PARAMETERS },
    });
  }
}

/** Ids as ElastiCache gives them: `{group}-{node group}-{node}` (Amazon ElastiCache API Reference, "NodeGroupMember"). */
function nodeIdsOf(replicationGroupId: string, nodeGroups: number): string[] {
  return Array.from({ length: nodeGroups }, (_, group) =>
    Array.from(
      { length: 1 + REPLICAS_PER_NODE_GROUP },
      (__, node) => `${replicationGroupId}-${pad(group + 1, 4)}-${pad(node + 1, 3)}`,
    ),
  ).flat();
}

function pad(number: number, length: number): string {
  return `${number}`.padStart(length, '0');
}
