import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';

export interface ProgramClusterProps {
  readonly names: Names;
  readonly network: Network;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/** Adds to a scope the ECS cluster of the pipeline's services, and first the log group of its figures, which ECS would make without key and end. */
export function programCluster(scope: Construct, props: ProgramClusterProps): Cluster {
  const { names, network, logKey, logRetentionDays } = props;
  const clusterName = names.of('processors');
  const insights = new EncryptedLogGroup(scope, 'InsightsLogGroup', {
    logGroupName: `/aws/ecs/containerinsights/${clusterName}/performance`,
    key: logKey,
    retentionDays: logRetentionDays,
  });
  const cluster = new Cluster(scope, 'Cluster', {
    clusterName,
    vpc: network.vpc,
    containerInsightsV2: ContainerInsights.ENHANCED,
  });
  cluster.node.addDependency(insights);
  return cluster;
}
