import { Size, Stack } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AwsLogDriverMode,
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import type { ContainerDefinitionOptions, Volume } from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import { serviceRole } from './service-role';

/** Size of a task: a core, and memory for batches and connections. */
export const TASK_CPU_UNITS = 1024;
export const TASK_MEMORY_MIB = 2048;

/** A volume, and where the program finds it. The root file system is read-only: this is where it may write. */
export interface MountedVolume {
  readonly volume: Volume;
  readonly path: string;
}

export interface ContainerTaskProps {
  readonly names: Names;
  /** Names the task definition, its container, its log group and, before `-task` and `-execution`, its roles. */
  readonly purpose: string;
  /** Folder with a Dockerfile, as `bundle` makes it. */
  readonly imageDirectory: string;
  /** Environment of the container. Never a secret: names and ARNs only. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the program may do, besides writing its log. */
  readonly statements: readonly PolicyStatement[];
  /** What is this container's own: command, health check, time to stop. */
  readonly container: Pick<
    ContainerDefinitionOptions,
    'entryPoint' | 'command' | 'healthCheck' | 'portMappings' | 'stopTimeout'
  >;
  /** Default: none. */
  readonly mounts?: readonly MountedVolume[];
  /** Whether the program waits when its log cannot be delivered, or drops lines. */
  readonly logMode: AwsLogDriverMode;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

export interface ContainerTask {
  readonly definition: FargateTaskDefinition;
  readonly logGroup: EncryptedLogGroup;
  /** Without these a task fails when it starts: whatever starts one by itself must wait for them. */
  readonly policies: readonly ManagedPolicy[];
}

/**
 * Adds to a scope what a program needs to run on Fargate, on ARM64: as a user without rights, on a root file system that is read-only,
 * with a role and a log group of its own, and nothing that is secret in its environment.
 */
export function containerTask(scope: Construct, props: ContainerTaskProps): ContainerTask {
  const { names, purpose, logKey, logRetentionDays } = props;
  const logGroup = new EncryptedLogGroup(scope, 'LogGroup', {
    logGroupName: `/pipeline/${names.of(purpose)}`,
    key: logKey,
    retentionDays: logRetentionDays,
  });
  const image = new DockerImageAsset(scope, 'Image', {
    directory: props.imageDirectory,
    displayName: names.of(purpose),
    platform: Platform.LINUX_ARM64,
  });
  const taskRole = role(scope, 'Task', props);
  const executionRole = role(scope, 'Execution', props);
  const policies = [
    new ManagedPolicy(scope, 'TaskPolicy', {
      managedPolicyName: names.of(`${purpose}-task`),
      roles: [taskRole],
      statements: [...props.statements],
    }),
    new ManagedPolicy(scope, 'ExecutionPolicy', {
      managedPolicyName: names.of(`${purpose}-execution`),
      roles: [executionRole],
      statements: executionStatements(image, logGroup),
    }),
  ] as const;
  acknowledgeWildcard(policies[1], '*', 'Signing in to the registry, ecr:GetAuthorizationToken, knows no resources.');
  const definition = new FargateTaskDefinition(scope, 'TaskDefinition', {
    family: names.of(purpose),
    cpu: TASK_CPU_UNITS,
    memoryLimitMiB: TASK_MEMORY_MIB,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    // Permissions are in the managed policies above; the constructs may not add inline ones.
    taskRole: taskRole.withoutPolicyUpdates(),
    executionRole: executionRole.withoutPolicyUpdates(),
  });
  const mounts = props.mounts ?? [];
  for (const { volume } of mounts) definition.addVolume(volume);
  const container = definition.addContainer('Container', {
    ...props.container,
    containerName: purpose,
    image: ContainerImage.fromDockerImageAsset(image),
    environment: { ...props.environment },
    user: '1000:1000',
    readonlyRootFilesystem: true,
    privileged: false,
    essential: true,
    logging: LogDrivers.awsLogs({
      logGroup,
      streamPrefix: purpose,
      mode: props.logMode,
      ...(props.logMode === AwsLogDriverMode.NON_BLOCKING ? { maxBufferSize: Size.mebibytes(25) } : {}),
    }),
  });
  container.addMountPoints(
    ...mounts.map(({ volume, path }) => ({ sourceVolume: volume.name, containerPath: path, readOnly: false })),
  );
  acknowledge(
    definition,
    { solutions: ['ECS2'] },
    'The variables are names, ARNs and limits; user and password are read from Secrets Manager when the program connects.',
  );
  return { definition, logGroup, policies };
}

function role(scope: Construct, kind: 'Task' | 'Execution', { names, purpose }: ContainerTaskProps): Role {
  return serviceRole(scope, `${kind}Role`, {
    service: 'ecs-tasks.amazonaws.com',
    roleName: names.of(`${purpose}-${kind.toLowerCase()}`),
    sourceArn: Stack.of(scope).formatArn({ service: 'ecs', resource: '*' }),
  });
}

function executionStatements(image: DockerImageAsset, logGroup: EncryptedLogGroup): PolicyStatement[] {
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
      resources: [logGroup.logGroupArn],
    }),
  ];
}
