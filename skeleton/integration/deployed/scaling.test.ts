import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { alarmsNamed } from '../support/alarms';
import { describeDeployedStream } from '../support/deployed';

describeDeployedStream('the scaling of the deployed pipeline', (outputs) => {
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
    const alarms = await alarmsNamed(outputs().Region, 'processor-scale-');
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
});
