import { CloudTrailClient, DescribeTrailsCommand, GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient, GetDashboardCommand, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { describeDeployed } from '../support/deployed';

describeDeployed('what watches over the deployment', (outputs) => {
  test('are alarms that tell the topic, and a dashboard', async () => {
    const cloudWatch = new CloudWatchClient({ region: outputs().Region });
    const telling: string[] = [];
    for await (const page of paginateDescribeAlarms(
      { client: cloudWatch },
      { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
    )) {
      for (const alarm of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])]) {
        if (alarm.AlarmActions?.includes(outputs().AlarmTopicArn)) telling.push(alarm.AlarmName ?? '');
      }
    }
    const dashboard = await cloudWatch.send(new GetDashboardCommand({ DashboardName: outputs().DashboardName }));

    const suffix = outputs().EnvironmentSuffix;
    const ofTheFlow =
      outputs().DomainName === undefined
        ? ['iterator-age', 'stream-unread', 'processor-tasks']
        : ['scan-age', 'scan-failures', 'worker-tasks', 'files-storage', 'certificate-expiry'];
    expect(telling).toEqual(expect.arrayContaining(ofTheFlow.map((name) => `${name}-${suffix}`)));
    expect(JSON.parse(dashboard.DashboardBody ?? '{}')).toHaveProperty('widgets');
    cloudWatch.destroy();
  });

  test('is a trail that is on, encrypted, and whose files can be verified, unless the organization has one', async () => {
    const name = outputs().AuditTrailName;
    if (name === undefined) {
      process.stdout.write(
        "No trail of the stack's own: the settings say that the organization has one (aws.trail).\n",
      );
      return;
    }
    const cloudTrail = new CloudTrailClient({ region: outputs().Region });
    const { trailList } = await cloudTrail.send(new DescribeTrailsCommand({ trailNameList: [name] }));

    expect(await cloudTrail.send(new GetTrailStatusCommand({ Name: name }))).toMatchObject({ IsLogging: true });
    expect(trailList).toEqual([
      expect.objectContaining({
        LogFileValidationEnabled: true,
        KmsKeyId: expect.stringMatching(/^arn:aws[a-z-]*:kms:/),
        CloudWatchLogsLogGroupArn: expect.stringMatching(/^arn:aws[a-z-]*:logs:/),
      }),
    ]);
    cloudTrail.destroy();
  });
});
