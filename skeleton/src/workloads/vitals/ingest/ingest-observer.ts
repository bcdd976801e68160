import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';

/** What a request brought, in numbers. */
export interface IngestCounts {
  readonly requestId: string;
  /** Who sent it. */
  readonly principal: string;
  readonly form: 'observation' | 'bundle' | 'hl7v2';
  readonly acceptedCount: number;
  readonly refusedCount: number;
  /** Not taken by the stream in time. */
  readonly delayedCount: number;
}

/** Hears what was sent in. */
export type IngestObserver = (counts: IngestCounts) => void;

/** Tells logs and metrics of each request, and of nothing that is the patients'. */
export function ingestObserver(log: Log, metrics: Metrics): IngestObserver {
  return (counts) => {
    const { acceptedCount, refusedCount, delayedCount } = counts;
    if (acceptedCount > 0) log.event('ingest.accepted', counts);
    else log.event('ingest.refused', counts);
    // Zeros as well: CloudWatch must be able to tell no refusals from no requests.
    metrics.add('IngestAcceptedCount', acceptedCount);
    metrics.add('IngestRefusedCount', refusedCount);
    metrics.add('IngestDelayedCount', delayedCount);
  };
}
