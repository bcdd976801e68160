import type { ApiContext } from './route';
import type { Log } from '../log/log';
import type { FieldsOf } from '../log/vocabulary';
import type { Metrics } from '../metrics/metrics';

/** What a request brought, in numbers. */
export interface IngestCounts {
  readonly requestId: string;
  /** Who sent it. */
  readonly principal: string;
  readonly form: NonNullable<FieldsOf<'ingest.accepted'>['form']>;
  readonly acceptedCount: number;
  readonly refusedCount: number;
  /** Not taken by the stream in time. */
  readonly delayedCount: number;
}

/** Who sent, for the record. The application lets nobody in who is nobody. */
export function senderOf({ env }: ApiContext): Pick<IngestCounts, 'requestId' | 'principal'> {
  return { requestId: env.requestId, principal: env.principal ?? '' };
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
