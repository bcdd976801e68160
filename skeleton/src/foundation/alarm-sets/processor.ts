import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { pipelineMetric } from '../pipeline-metrics';
import type { Foundation } from '../pipeline-parts';
import { PROCESSOR_TASKS_MIN } from '../processor-service';
import type { ProcessorService } from '../processor-service';
import { runningTasks } from '../stream-metrics';

/** Every event is stored once or kept in quarantine, and one processor can be lost without a pause. */
export function processorAlarms({ alarms, names }: Foundation, processor: ProcessorService): void {
  alarms.add({
    name: 'events-quarantined',
    meaning: 'Events came in that cannot be stored; they are kept in quarantine and can be replayed after a fix',
    metric: pipelineMetric(names.suffix, 'EventsQuarantinedCount'),
    threshold: 0,
  });
  alarms.add({
    name: 'lease-lost',
    meaning: 'Processors lose their shards to each other again and again, so work is done twice and slowly',
    metric: pipelineMetric(names.suffix, 'LeaseLostCount').with({ period: Duration.minutes(15) }),
    threshold: 5,
  });
  alarms.add({
    name: 'processor-tasks',
    meaning: `Fewer than ${PROCESSOR_TASKS_MIN} processors run, so the next failure stops the flow`,
    metric: runningTasks(processor),
    threshold: PROCESSOR_TASKS_MIN,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 5,
    missingData: TreatMissingData.BREACHING,
  });
}
