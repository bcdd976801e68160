import { Duration } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  FargatePlatformVersion,
  FargateService,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { Cluster, PortMapping } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { containerTask } from './container-task';
import type { ContainerTaskProps } from './container-task';
import type { EncryptedLogGroup } from './log-group';
import type { Network } from './network';

/** Tasks that always run of each service, in different zones: one can be lost without a pause. */
export const SERVICE_TASKS_MIN = 2;

export interface ProgramServiceProps extends Omit<ContainerTaskProps, 'container' | 'logMode'> {
  readonly network: Network;
  readonly cluster: Cluster;
  /** Of the security group: what it lets in and out, in a few words. */
  readonly description: string;
  /** How long a task has to finish after SIGTERM. */
  readonly stopTimeout: Duration;
  /** Ports that the program listens on. Default: none. */
  readonly portMappings?: PortMapping[];
  /** How long a new task may fail the load balancer's checks. Default: no load balancer asks. */
  readonly healthCheckGracePeriod?: Duration;
}

export interface ProgramService {
  readonly cluster: Cluster;
  readonly service: FargateService;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: EncryptedLogGroup;
}

/**
 * Adds to a scope an ECS service on Fargate that runs a program, with no way to open a shell in it. ECS asks the program itself whether it is
 * well (`--health`), and a deployment that does not become healthy rolls itself back.
 */
export function programService(scope: Construct, props: ProgramServiceProps): ProgramService {
  const { names, network, purpose, cluster } = props;
  const securityGroup = network.securityGroup(scope, names, purpose, props.description);
  network.allowAws(securityGroup);
  const task = containerTask(scope, {
    ...props,
    container: {
      healthCheck: {
        command: ['CMD', 'node', '/app/index.mjs', '--health'],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(60),
      },
      stopTimeout: props.stopTimeout,
      ...(props.portMappings === undefined ? {} : { portMappings: props.portMappings }),
    },
    // A log that cannot be delivered must not stop the flow of patient data.
    logMode: AwsLogDriverMode.NON_BLOCKING,
  });
  const service = new FargateService(scope, 'Service', {
    serviceName: names.of(purpose),
    cluster,
    taskDefinition: task.definition,
    desiredCount: SERVICE_TASKS_MIN,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { enable: true, rollback: true },
    availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
    assignPublicIp: false,
    vpcSubnets: network.privateSubnets,
    securityGroups: [securityGroup],
    enableExecuteCommand: false,
    platformVersion: FargatePlatformVersion.VERSION1_4,
    propagateTags: PropagatedTagSource.SERVICE,
    enableECSManagedTags: true,
    ...(props.healthCheckGracePeriod === undefined ? {} : { healthCheckGracePeriod: props.healthCheckGracePeriod }),
  });
  // A task that starts before it may read its secret, or before the doors to AWS are open, fails and counts against the deployment.
  service.node.addDependency(...task.policies, network.endpoints);
  return { cluster, service, securityGroup, logGroup: task.logGroup };
}
