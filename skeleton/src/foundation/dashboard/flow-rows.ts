import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { graph, heading, label, MINUTE, ownMetrics, sumByTheMinute } from './widgets';
import type { DashboardWords } from './words';
import type { Foundation } from '../pipeline-parts';
import { incomingRecords, iteratorAge } from '../stream-metrics';
import type { StreamPipeline } from '../stream-pipeline';

/** From the sender into the database. */
export function flowRows(
  { names }: Foundation,
  { ingest, api }: Pick<StreamPipeline, 'ingest' | 'api'>,
  { things, Things, senders }: DashboardWords,
): IWidget[][] {
  const own = ownMetrics(names.suffix);
  return [
    [heading(`${Things} on their way: from the ${senders} into the database`)],
    [
      graph('Events in and stored, a minute', [
        label(incomingRecords(ingest.stream), 'records that came in (one may hold several events)'),
        label(own('EventsStoredCount'), 'events stored'),
        label(own('EventsDuplicateCount'), 'sent twice, stored once'),
      ]),
      graph(`Waiting time: how late ${things} are stored (ms)`, [
        label(iteratorAge(ingest.stream), 'oldest record waiting, as the stream tells'),
        label(own('IteratorAgeMs', Stats.MAXIMUM), 'as the processors tell'),
      ]),
      graph('Quarantine: events that cannot be stored as they are, a minute', [
        label(own('EventsQuarantinedCount'), 'set aside, kept for replay'),
      ]),
    ],
    [
      graph('From arrival to stored (ms)', [
        label(own('CommitLatencyMs', Stats.p(50)), 'half of all events'),
        label(own('CommitLatencyMs', Stats.p(99)), '99 of 100 events'),
      ]),
      graph('Events sent through the API, a minute', [
        label(own('IngestAcceptedCount'), 'taken'),
        label(own('IngestRefusedCount'), 'refused as wrong'),
        label(own('IngestDelayedCount'), 'to be sent again'),
      ]),
      graph('What goes wrong on the way, a minute', [
        label(own('LeaseLostCount'), 'shards lost to another processor'),
        label(api.ingest.function.metricErrors({ period: MINUTE }), 'failed intakes'),
        label(
          ingest.stream.metric('WriteProvisionedThroughputExceeded', sumByTheMinute()),
          'writes refused by the stream',
        ),
      ]),
    ],
  ];
}
