import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { imagingCapacity, JOBS_PER_WORKER } from './capacity';
import { pipelineMetric } from '../../foundation/pipeline-metrics';
import type { Foundation } from '../../foundation/pipeline-parts';
import type { ProgramService } from '../../foundation/program-service';
import { QueueScaling } from '../../foundation/queue-scaling';
import { runningTasks } from '../../foundation/stream-metrics';

/** Runs as many workers as the depth of their queue asks for, up to what the tenant's scans are sized for. */
export function scaleWorkers({ scope, names, settings }: Foundation, worker: ProgramService): void {
  new QueueScaling(scope, 'WorkerScaling', {
    names,
    service: worker.service,
    purpose: 'worker',
    depth: pipelineMetric(names.suffix, 'QueueDepthCount', Stats.MAXIMUM).with({ period: Duration.minutes(1) }),
    tasks: runningTasks(worker),
    jobsPerTask: JOBS_PER_WORKER,
    tasksMax: imagingCapacity(settings.capacity).workersMax,
  });
}
