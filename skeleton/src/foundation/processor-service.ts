import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargatePlatformVersion,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Network } from './network';
import { serviceRole } from './service-role';

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
 * An ECS service on Fargate, ARM64, that runs a processor: as a user without rights, on a root file system that is read-only, with no way
 * to open a shell in it. A deployment that does not become healthy rolls itself back.
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
    this.logGroup = new EncryptedLogGroup(this, 'LogGroup', {
      logGroupName: `/pipeline/${names.of('processor')}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
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

    const image = new DockerImageAsset(this, 'Image', {
      directory: props.imageDirectory,
      displayName: names.of('processor'),
      platform: Platform.LINUX_ARM64,
    });
    const taskRole = this.role('Task', names);
    const executionRole = this.role('Execution', names);
    const policies = [
      this.policy('TaskPolicy', names.of('processor-task'), taskRole, props.statements),
      this.policy('ExecutionPolicy', names.of('processor-execution'), executionRole, this.executionStatements(image)),
    ] as const;
    acknowledgeWildcard(policies[1], '*', 'Signing in to the registry, ecr:GetAuthorizationToken, knows no resources.');
    const taskDefinition = new FargateTaskDefinition(this, 'TaskDefinition', {
      family: names.of('processor'),
      cpu: 1024,
      memoryLimitMiB: 2048,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      // Permissions are in the managed policies above; the constructs may not add inline ones.
      taskRole: taskRole.withoutPolicyUpdates(),
      executionRole: executionRole.withoutPolicyUpdates(),
    });
    taskDefinition.addContainer('Processor', {
      containerName: 'processor',
      image: ContainerImage.fromDockerImageAsset(image),
      environment: { ...props.environment },
      user: '1000:1000',
      readonlyRootFilesystem: true,
      privileged: false,
      essential: true,
      healthCheck: {
        command: ['CMD', 'node', '/app/index.mjs', '--health'],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(60),
      },
      // Time to finish a batch and give up its leases after SIGTERM.
      stopTimeout: Duration.seconds(60),
      logging: LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: 'processor',
        // A log that cannot be delivered must not stop the flow of patient data.
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(25),
      }),
    });
    this.service = new FargateService(this, 'Service', {
      serviceName: names.of('processor'),
      cluster: this.cluster,
      taskDefinition,
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
    this.service.node.addDependency(...policies, network.endpoints);
    acknowledge(
      taskDefinition,
      { solutions: ['ECS2'] },
      'The variables are names, ARNs and limits; user and password are read from Secrets Manager when the processor connects.',
    );
  }

  private role(kind: 'Task' | 'Execution', names: Names): Role {
    return serviceRole(this, `${kind}Role`, {
      service: 'ecs-tasks.amazonaws.com',
      roleName: names.of(`processor-${kind.toLowerCase()}`),
      sourceArn: Stack.of(this).formatArn({ service: 'ecs', resource: '*' }),
    });
  }

  private policy(
    id: string,
    managedPolicyName: string,
    role: Role,
    statements: readonly PolicyStatement[],
  ): ManagedPolicy {
    return new ManagedPolicy(this, id, { managedPolicyName, roles: [role], statements: [...statements] });
  }

  private executionStatements(image: DockerImageAsset): PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'SignInToRegistry',
        actions: ['ecr:GetAuthorizationToken'],
        // The action knows no resources (Service Authorization Reference, "Amazon Elastic Container Registry").
        resources: ['*'],
      }),
      new PolicyStatement({
        sid: 'PullImage',
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [image.repository.repositoryArn],
      }),
      new PolicyStatement({
        sid: 'WriteLog',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    ];
  }
}
