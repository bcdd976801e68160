import { Duration } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  Cluster,
  ContainerInsights,
  FargatePlatformVersion,
  FargateService,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { containerTask } from './container-task';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';

/** Tasks that always run, each in a zone of its own: one can be lost without a pause. */
export const PROCESSOR_TASKS_MIN = 2;

export interface ProcessorServiceProps {
  readonly names: Names;
  readonly network: Network;
  /** Folder with a Dockerfile, as `bundle` makes it. */
  readonly imageDirectory: string;
  /** Environment of the container. Never a secret: names and ARNs only. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the processor may do, besides writing its log. */
  readonly statements: readonly PolicyStatement[];
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * An ECS service on Fargate that runs a processor, with no way to open a shell in it. A deployment that does not become healthy rolls
 * itself back.
 */
export class ProcessorService extends Construct {
  readonly cluster: Cluster;
  readonly service: FargateService;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: EncryptedLogGroup;

  constructor(scope: Construct, id: string, props: ProcessorServiceProps) {
    super(scope, id);
    const { names, network, logKey, logRetentionDays } = props;
    const clusterName = names.of('processors');
    const insights = new EncryptedLogGroup(this, 'InsightsLogGroup', {
      logGroupName: `/aws/ecs/containerinsights/${clusterName}/performance`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    this.cluster = new Cluster(this, 'Cluster', {
      clusterName,
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENHANCED,
    });
    this.cluster.node.addDependency(insights);

    this.securityGroup = network.securityGroup(
      this,
      names,
      'processor',
      'Processors: nothing in; AWS and database out',
    );
    network.allowAws(this.securityGroup);

    const task = containerTask(this, {
      ...props,
      purpose: 'processor',
      container: {
        healthCheck: {
          command: ['CMD', 'node', '/app/index.mjs', '--health'],
          interval: Duration.seconds(15),
          timeout: Duration.seconds(5),
          retries: 3,
          startPeriod: Duration.seconds(60),
        },
        // Time to finish a batch and give up its leases after SIGTERM.
        stopTimeout: Duration.seconds(60),
      },
      // A log that cannot be delivered must not stop the flow of patient data.
      logMode: AwsLogDriverMode.NON_BLOCKING,
    });
    this.logGroup = task.logGroup;
    this.service = new FargateService(this, 'Service', {
      serviceName: names.of('processor'),
      cluster: this.cluster,
      taskDefinition: task.definition,
      desiredCount: PROCESSOR_TASKS_MIN,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
      assignPublicIp: false,
      vpcSubnets: network.privateSubnets,
      securityGroups: [this.securityGroup],
      enableExecuteCommand: false,
      platformVersion: FargatePlatformVersion.VERSION1_4,
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
    });
    // A task that starts before it may read its secret, or before the doors to AWS are open, fails and counts against the deployment.
    this.service.node.addDependency(...task.policies, network.endpoints);
  }
}
