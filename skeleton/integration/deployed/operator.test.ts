import { DescribeTaskDefinitionCommand, ECSClient, RunTaskCommand, waitUntilTasksStopped } from '@aws-sdk/client-ecs';
import { type DeployedOutputs, describeDeployed } from '../support/deployed';

/** What the operator counts where files are received, and where events are. */
const listing = ({ ScanBucketName }: DeployedOutputs) => [
  ScanBucketName === undefined ? 'quarantine' : 'scans',
  'list',
];

/** Time for a task to be placed, to pull its image and to end. */
const TASK_SECONDS_MAX = 300;

describeDeployed('the deployed operator', (outputs) => {
  let ecs: ECSClient;
  beforeAll(() => {
    ecs = new ECSClient({ region: outputs().Region });
  });
  afterAll(() => ecs.destroy());

  test('runs on ARM, not as root, on a root file system that it cannot write', async () => {
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: outputs().OperatorTaskDefinitionArn }),
    );

    expect(taskDefinition?.runtimePlatform?.cpuArchitecture).toBe('ARM64');
    expect(taskDefinition?.containerDefinitions).toEqual([
      expect.objectContaining({ name: 'operator', user: '1000:1000', readonlyRootFilesystem: true }),
    ]);
  });

  test(
    'counts what waits for a person when it is started as the runbook says',
    async () => {
      const cluster = outputs().EcsClusterName;
      const { tasks: started, failures } = await ecs.send(
        new RunTaskCommand({
          cluster,
          taskDefinition: outputs().OperatorTaskDefinitionArn,
          launchType: 'FARGATE',
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: outputs().OperatorSubnetIds.split(','),
              securityGroups: [outputs().OperatorSecurityGroupId],
              assignPublicIp: 'DISABLED',
            },
          },
          overrides: {
            containerOverrides: [
              { name: 'operator', command: [...listing(outputs()), '--operator', 'integration-suite'] },
            ],
          },
        }),
      );
      const taskArn = started?.[0]?.taskArn ?? '';
      const { reason } = await waitUntilTasksStopped(
        { client: ecs, maxWaitTime: TASK_SECONDS_MAX },
        { cluster, tasks: [taskArn] },
      );

      expect(failures ?? []).toEqual([]);
      expect(reason).toMatchObject({ tasks: [{ containers: [{ name: 'operator', exitCode: 0 }] }] });
    },
    (TASK_SECONDS_MAX + 60) * 1_000,
  );
});
