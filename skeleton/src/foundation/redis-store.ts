import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Port } from 'aws-cdk-lib/aws-ec2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { CfnReplicationGroupProps } from 'aws-cdk-lib/aws-elasticache';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { BackingStore } from './backing-store';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';
import { readSecretStatements } from './secret-access';
import type { ExistingSecret } from './secret-access';

/** Not Redis's own 6379, which the AwsSolutions pack takes for a default that nobody thought about (AEC5). */
export const REDIS_PORT = 6380;

/** The last Redis OSS that ElastiCache offers (Amazon ElastiCache User Guide, "ElastiCache for Redis OSS versions"). */
export const REDIS_ENGINE_VERSION = '7.1';

/** Metrics of ElastiCache that tell how a node is (Amazon ElastiCache User Guide, "Metrics for Valkey and Redis OSS"). */
export type RedisMetricName =
  'CurrConnections' | 'DatabaseMemoryUsagePercentage' | 'EngineCPUUtilization' | 'Evictions' | 'ReplicationLag';

export interface RedisStoreProps {
  readonly names: Names;
  readonly network: Network;
  /**
   * Existing secret whose whole text is the auth token. Its change is its owner's, and takes two steps, of which the runbook tells:
   * CloudFormation reads a secret only when the resource that names it changes otherwise.
   */
  readonly authToken: ExistingSecret;
  readonly dataKey: IKey;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/** What makes a group what it is: everything else is the same for all. */
export interface RedisGroup {
  readonly description: string;
  /** Settings of the nodes, and what they are there for, in words. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly parametersDescription: string;
  readonly nodes: Pick<
    CfnReplicationGroupProps,
    'cacheNodeType' | 'clusterMode' | 'numCacheClusters' | 'numNodeGroups' | 'replicasPerNodeGroup'
  >;
  /** Why it keeps no snapshot. */
  readonly noBackupReason: string;
}

/**
 * Redis OSS on ElastiCache, of whatever use: TLS only, behind an auth token, encrypted by the data key, in isolated subnets, over two zones with
 * automatic failover. It holds nothing that is not in the database as well, so it keeps no snapshots.
 */
export abstract class RedisStore extends Construct implements BackingStore {
  readonly securityGroup: SecurityGroup;
  readonly replicationGroupId: string;
  readonly authTokenSecretArn: string;
  /** Host name and port, as `host:port`. */
  abstract readonly endpoint: string;
  /** Ids of the nodes of a new group. Failover swaps the roles of two. */
  abstract readonly nodeIds: readonly string[];
  protected readonly group: CfnReplicationGroup;
  private readonly authToken: ExistingSecret;

  /** @param resourceType names the group, its subnets, its log and its security group: `cache`, say. */
  constructor(scope: Construct, id: string, resourceType: string, props: RedisStoreProps, redis: RedisGroup) {
    super(scope, id);
    const { names, network, authToken } = props;
    this.authToken = authToken;
    this.authTokenSecretArn = authToken.arn;
    this.replicationGroupId = names.of(resourceType);
    const title = `${resourceType.charAt(0).toUpperCase()}${resourceType.slice(1)}`;
    this.securityGroup = network.securityGroup(this, names, resourceType, `${title}: Redis from its clients only`);

    // Not the slow log: it quotes commands, and their keys may name patients. The engine log tells of failover, replication and memory.
    const engineLog = new EncryptedLogGroup(this, 'EngineLog', {
      // Below this prefix one resource policy serves all groups; each other would take from a policy of limited length
      // (Amazon CloudWatch Logs User Guide, "Enable logging from AWS services").
      logGroupName: `/aws/vendedlogs/${this.replicationGroupId}`,
      key: props.logKey,
      retentionDays: props.logRetentionDays,
    });
    this.group = new CfnReplicationGroup(this, 'ReplicationGroup', {
      ...redis.nodes,
      replicationGroupId: this.replicationGroupId,
      replicationGroupDescription: redis.description,
      engine: 'redis',
      engineVersion: REDIS_ENGINE_VERSION,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      port: REDIS_PORT,
      cacheSubnetGroupName: this.subnetGroup(names.of(resourceType), network).ref,
      securityGroupIds: [this.securityGroup.securityGroupId],
      cacheParameterGroupName: this.parameterGroup(redis).ref,
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
    this.group.applyRemovalPolicy(RemovalPolicy.DESTROY);
    acknowledge(this.group, { hipaa: ['ElastiCacheRedisClusterAutomaticBackup'] }, redis.noBackupReason);
  }

  abstract environment(): Readonly<Record<string, string>>;

  /** Lets a client reach the store, and the store be reached by it. */
  allowFrom(client: SecurityGroup, description: string): void {
    this.securityGroup.addIngressRule(client, Port.tcp(REDIS_PORT), description);
    client.addEgressRule(this.securityGroup, Port.tcp(REDIS_PORT), 'Redis');
  }

  /** What a client must be allowed to read the auth token. */
  secretStatements(): PolicyStatement[] {
    return readSecretStatements(this, this.authToken);
  }

  /** A metric of one of `nodeIds`, by the minute. */
  metric(metricName: RedisMetricName, nodeId: string, statistic: string): Metric {
    return new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      // A member of a replication group is a cluster of one node, whose number is therefore always the same.
      dimensionsMap: { CacheClusterId: nodeId, CacheNodeId: '0001' },
      statistic,
    });
  }

  private subnetGroup(cacheSubnetGroupName: string, network: Network): CfnSubnetGroup {
    return new CfnSubnetGroup(this, 'SubnetGroup', {
      cacheSubnetGroupName,
      description: 'Isolated subnets of the pipeline',
      subnetIds: network.vpc.selectSubnets(network.isolatedSubnets).subnetIds,
    });
  }

  private parameterGroup({ parameters, parametersDescription }: RedisGroup): CfnParameterGroup {
    return new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'redis7',
      description: parametersDescription,
      properties: { ...parameters },
    });
  }
}

/** A number as ElastiCache writes it into the ids of nodes. */
export function padded(number: number, length: number): string {
  return `${number}`.padStart(length, '0');
}
