import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { alarmsNamed } from '../../../support/alarms';
import { describeDeployed } from '../../../support/deployed';

describeDeployed('the deployed programs of imaging', (outputs) => {
  let services: readonly Service[] = [];
  let tasks: ReadonlyArray<TaskDefinition | undefined> = [];

  beforeAll(async () => {
    const ecs = new ECSClient({ region: outputs().Region });
    const { UploadServiceName = '', QueryServiceName = '', ProcessorServiceName } = outputs();
    const described = await ecs.send(
      new DescribeServicesCommand({
        cluster: outputs().EcsClusterName,
        services: [UploadServiceName, QueryServiceName, ProcessorServiceName],
      }),
    );
    services = described.services ?? [];
    tasks = await Promise.all(
      services.map(async ({ taskDefinition }) => {
        const found = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
        return found.taskDefinition;
      }),
    );
    ecs.destroy();
  });

  test('run, two of each at the least, and no shell can be opened in them', () => {
    expect(services).toHaveLength(3);
    for (const { serviceName, runningCount, enableExecuteCommand } of services) {
      expect([serviceName, (runningCount ?? 0) >= 2, enableExecuteCommand ?? false]).toEqual([
        serviceName,
        true,
        false,
      ]);
    }
  });

  test('mount the shared files by TLS, under their role, through the access point, but for queries, which mount none', () => {
    const volumes = tasks.flatMap((task) => task?.volumes ?? []);

    expect(volumes).toHaveLength(2);
    for (const { efsVolumeConfiguration } of volumes) {
      expect(efsVolumeConfiguration).toMatchObject({
        fileSystemId: outputs().FileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: expect.stringMatching(/^fsap-/), iam: 'ENABLED' },
      });
    }
  });

  test('are added to and taken from by the depth of their queue', async () => {
    const suffix = outputs().EnvironmentSuffix;
    const alarms = await alarmsNamed(outputs().Region, 'worker-scale-');
    const own = alarms.filter(({ AlarmName }) => AlarmName?.endsWith(`-${suffix}`));

    expect(own.map(({ AlarmName }) => AlarmName).sort()).toEqual([
      `worker-scale-in-${suffix}`,
      `worker-scale-out-${suffix}`,
    ]);
    for (const { Metrics, AlarmActions } of own) {
      expect(Metrics?.map(({ MetricStat }) => MetricStat?.Metric?.MetricName)).toContain('QueueDepthCount');
      expect(AlarmActions?.join()).toContain(':resource/ecs/service/');
    }
  });
});
