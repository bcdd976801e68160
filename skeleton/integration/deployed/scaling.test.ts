import { CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { describeDeployed } from '../support/deployed';

describeDeployed('the scaling of the deployed pipeline', (outputs) => {
  const alarmsNamed = async (prefix: string): Promise<MetricAlarm[]> => {
    const cloudWatch = new CloudWatchClient({ region: outputs().Region });
    const found: MetricAlarm[] = [];
    for await (const page of paginateDescribeAlarms({ client: cloudWatch }, { AlarmNamePrefix: prefix })) {
      found.push(...(page.MetricAlarms ?? []));
    }
    cloudWatch.destroy();
    return found;
  };

  test('runs no fewer tasks than two and no more than there are open shards', async () => {
    const kinesis = new KinesisClient({ region: outputs().Region });
    const ecs = new ECSClient({ region: outputs().Region });
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: outputs().KinesisStreamName }),
    );
    const { services } = await ecs.send(
      new DescribeServicesCommand({ cluster: outputs().EcsClusterName, services: [outputs().ProcessorServiceName] }),
    );
    const desired = services?.[0]?.desiredCount ?? 0;

    expect(desired).toBeGreaterThanOrEqual(2);
    expect(desired).toBeLessThanOrEqual(StreamDescriptionSummary?.OpenShardCount ?? 0);
    kinesis.destroy();
    ecs.destroy();
  });

  test('adds and takes away tasks by the age of what they read', async () => {
    const suffix = outputs().EnvironmentSuffix;
    const alarms = await alarmsNamed('processor-scale-');
    const own = alarms.filter(({ AlarmName }) => AlarmName?.endsWith(`-${suffix}`));

    expect(own.map(({ AlarmName }) => AlarmName).sort()).toEqual([
      `processor-scale-in-${suffix}`,
      `processor-scale-out-${suffix}`,
    ]);
    for (const { MetricName, ActionsEnabled, AlarmActions } of own) {
      expect([MetricName, ActionsEnabled]).toEqual(['GetRecords.IteratorAgeMilliseconds', true]);
      expect(AlarmActions?.join()).toContain(':resource/ecs/service/');
    }
  });

  test('adds and takes away readers by their processor use, where the settings let their number vary', async () => {
    // Application Auto Scaling makes the alarms of a policy that tracks a target, and names them so.
    const alarms = await alarmsNamed(`TargetTracking-cluster:database-${outputs().EnvironmentSuffix}-`);
    if (alarms.length === 0) {
      process.stdout.write(
        'No scaling of readers found: right only where capacity.databaseReadersMin is the maximum too.\n',
      );
      return;
    }

    expect(new Set(alarms.map(({ MetricName }) => MetricName))).toEqual(new Set(['CPUUtilization']));
    for (const { AlarmActions } of alarms) {
      expect(AlarmActions?.join()).toContain(`:resource/rds/cluster:database-${outputs().EnvironmentSuffix}:`);
    }
  });
});
