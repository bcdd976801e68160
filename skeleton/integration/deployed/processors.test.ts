import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { describeDeployed } from '../support/deployed';

describeDeployed('the deployed processors', (outputs) => {
  let ecs: ECSClient;
  let service: Service | undefined;

  beforeAll(async () => {
    ecs = new ECSClient({ region: outputs().Region });
    const { services } = await ecs.send(
      new DescribeServicesCommand({ cluster: outputs().EcsClusterName, services: [outputs().ProcessorServiceName] }),
    );
    service = services?.[0];
  });
  afterAll(() => ecs.destroy());

  test('run, two at the least, in different zones, and go back to the last good version by themselves', async () => {
    const cluster = outputs().EcsClusterName;
    const { taskArns } = await ecs.send(
      new ListTasksCommand({ cluster, serviceName: outputs().ProcessorServiceName, desiredStatus: 'RUNNING' }),
    );
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns ?? [] }));

    expect(service?.runningCount).toBeGreaterThanOrEqual(2);
    expect(new Set(tasks?.map(({ availabilityZone }) => availabilityZone)).size).toBeGreaterThanOrEqual(2);
    expect(service?.deploymentConfiguration?.deploymentCircuitBreaker).toMatchObject({ enable: true, rollback: true });
  });

  test('run on ARM, not as root, on a root file system that they cannot write', async () => {
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: service?.taskDefinition }),
    );

    expect(taskDefinition?.runtimePlatform?.cpuArchitecture).toBe('ARM64');
    for (const container of taskDefinition?.containerDefinitions ?? []) {
      expect(container.readonlyRootFilesystem).toBe(true);
      expect(container.privileged ?? false).toBe(false);
    }
    expect(taskDefinition?.containerDefinitions).not.toEqual([]);
  });

  test('log into a group with a key and a retention', async () => {
    const logs = new CloudWatchLogsClient({ region: outputs().Region });
    const { logGroups } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: outputs().ProcessorLogGroupName }),
    );
    const group = logGroups?.find(({ logGroupName }) => logGroupName === outputs().ProcessorLogGroupName);

    expect(group?.kmsKeyId).toMatch(/^arn:aws[a-z-]*:kms:/);
    // Six years is the default (45 CFR 164.316); a tenant may set another that is a year at the least.
    expect(group?.retentionInDays).toBeGreaterThanOrEqual(365);
    logs.destroy();
  });
});
