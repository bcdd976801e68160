import { CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';

/** The alarms of the account in a region whose names begin so. */
export async function alarmsNamed(region: string, prefix: string): Promise<MetricAlarm[]> {
  const cloudWatch = new CloudWatchClient({ region });
  const found: MetricAlarm[] = [];
  for await (const page of paginateDescribeAlarms({ client: cloudWatch }, { AlarmNamePrefix: prefix })) {
    found.push(...(page.MetricAlarms ?? []));
  }
  cloudWatch.destroy();
  return found;
}
