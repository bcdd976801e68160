import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Dashboard, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ImagingParts } from './alarms.service';
import { auroraGraphs } from '../../foundation/dashboard/aurora-graphs';
import { dashboardPage } from '../../foundation/dashboard/dashboard-page';
import { graph, heading, label, MINUTE, ownMetrics, sumByTheMinute } from '../../foundation/dashboard/widgets';
import type { Foundation } from '../../foundation/pipeline-parts';
import { incomingRecords, runningTasks } from '../../foundation/stream-metrics';

const HEADER = `# Medical images
**Is everything well?** The box on the right is green then. A red alarm has a section of its own name in \`docs/runbook.md\`: what it
means, where to look, what to do.

**Are scans late or lost?** *Late* shows below as the age of the oldest one. *Lost* cannot be: what was received is in the database and on the shared files until it is stored.`;

/** The page of the workload: on their way, asked for, and how much room there is. */
export function imagingDashboard(foundation: Foundation, parts: ImagingParts): Dashboard {
  return dashboardPage(foundation, HEADER, [
    ...wayRows(foundation, parts),
    ...questionRows(foundation, parts),
    ...roomRows(parts),
  ]);
}

function wayRows({ names }: Foundation, { stores }: ImagingParts): IWidget[][] {
  const own = ownMetrics(names.suffix);
  return [
    [heading('Scans on their way: from the hospitals into the archive')],
    [
      graph('Files received and stored, a minute', [
        label(own('ScansReceivedCount'), 'received whole'),
        label(own('ScansStoredCount'), 'stored'),
        label(own('UploadsRefusedCount'), 'refused as wrong'),
      ]),
      graph('Waiting: files in the queue', [label(own('QueueDepthCount', Stats.MAXIMUM), 'wait or are worked on')]),
      graph('Waiting time: how old the oldest unstored file is (ms)', [
        label(own('OldestScanAgeMs', Stats.MAXIMUM), 'oldest'),
      ]),
    ],
    [
      graph('For a person to look at, a minute', [
        label(own('ScansFailedCount'), 'could not be stored'),
        label(own('ScansConflictedCount'), 'other bytes under a stored id'),
      ]),
      graph('What goes wrong on the way, a minute', [
        label(own('QueueErrorCount'), 'errors of the queue'),
        label(own('ScansRequeuedCount'), 'queued again from the database'),
        label(own('LifeEventsDelayedCount'), 'steps to be told later'),
      ]),
      graph('Life of scans: steps told, a minute', [
        label(incomingRecords(stores.life.stream), 'records'),
        label(
          stores.life.stream.metric('WriteProvisionedThroughputExceeded', sumByTheMinute()),
          'writes refused by the stream',
        ),
      ]),
    ],
  ];
}

function questionRows({ names }: Foundation, { gateway }: ImagingParts): IWidget[][] {
  const own = ownMetrics(names.suffix);
  const stage = gateway.api.api.deploymentStage;
  const times = gateway.queryTargets.metrics;
  return [
    [heading('Requests: hospitals that send, and physicians who read')],
    [
      graph('Requests, a minute', [
        label(stage.metricCount({ period: MINUTE }), 'all'),
        label(stage.metricClientError({ period: MINUTE }), 'refused: the asker’s fault (4xx)'),
        label(stage.metricServerError({ period: MINUTE }), 'failed: ours (5xx)'),
      ]),
      graph('Time until an answer begins (s)', [
        label(times.targetResponseTime({ statistic: Stats.p(50), period: MINUTE }), 'half of all queries'),
        label(times.targetResponseTime({ statistic: Stats.p(99), period: MINUTE }), '99 of 100 queries'),
      ]),
      graph('Errors, a minute', [
        label(own('ApiErrorCount'), 'failures, missing audit records included'),
        label(
          gateway.loadBalancer.loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, {
            period: MINUTE,
          }),
          'answers of 500 or above',
        ),
      ]),
    ],
  ];
}

function roomRows({ stores, programs }: ImagingParts): IWidget[][] {
  const { upload, query, worker } = programs;
  const { queue, files } = stores;
  const cpu = (program: typeof upload) => program.service.metricCpuUtilization({ period: MINUTE });
  return [
    [heading('Room: how much is used of what there is')],
    [
      graph('Tasks running (two of each at least)', [
        label(runningTasks(upload), 'upload'),
        label(runningTasks(query), 'query'),
        label(runningTasks(worker), 'workers'),
      ]),
      graph('Programs: how busy (%)', [
        label(cpu(upload), 'upload'),
        label(cpu(query), 'query'),
        label(cpu(worker), 'workers'),
        label(worker.service.metricMemoryUtilization({ period: MINUTE }), 'memory of workers'),
      ]),
      graph('Queue: memory used (%)', [
        ...queue.nodeIds.map((nodeId) =>
          label(queue.metric('DatabaseMemoryUsagePercentage', nodeId, Stats.MAXIMUM), nodeId),
        ),
      ]),
    ],
    [
      graph('Shared files: what lies there (bytes)', [
        label(files.metric('StorageBytes', Stats.MAXIMUM, 'Total'), 'bytes'),
      ]),
      graph('Shared files: read and written (bytes a minute)', [
        label(files.metric('MeteredIOBytes', Stats.SUM).with({ period: MINUTE }), 'bytes'),
      ]),
      graph('Shared files: operations, of what there may be (%)', [
        label(files.metric('PercentIOLimit', Stats.MAXIMUM).with({ period: MINUTE }), 'operations'),
      ]),
    ],
    auroraGraphs(stores.database),
  ];
}
