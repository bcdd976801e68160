import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { ProgramService } from './program-service';

/** Age of the oldest record that was read, in milliseconds: the maximum over a minute. Reported only while somebody reads. */
export function iteratorAge(stream: IStream): Metric {
  return stream.metricGetRecordsIteratorAgeMilliseconds({ statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
}

/** Records that came in within a minute. */
export function incomingRecords(stream: IStream): Metric {
  return stream.metricIncomingRecords({ statistic: Stats.SUM, period: Duration.minutes(1) });
}

/** Tasks of a service that run, the fewest within a minute. */
export function runningTasks({ cluster, service }: Pick<ProgramService, 'cluster' | 'service'>): Metric {
  return new Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'RunningTaskCount',
    dimensionsMap: { ClusterName: cluster.clusterName, ServiceName: service.serviceName },
    statistic: Stats.MINIMUM,
    period: Duration.minutes(1),
  });
}
