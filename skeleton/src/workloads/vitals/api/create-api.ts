import type { Hono } from 'hono';
import { LastReadings } from './last-readings';
import { lastnRoute } from './lastn-route';
import { observationRoute } from './observation-route';
import { ReadingStore } from './reading-store';
import { type ApiObserver, createApiApp } from '../../../runtime/http/api-app';
import { capabilitiesRoute, type FhirRoute } from '../../../runtime/http/capabilities-route';
import { healthRoute } from '../../../runtime/http/health-route';
import { PostgresAccessAudit } from '../../../runtime/http/postgres-access-audit';
import { isUnavailable, type Queryable, retryingOnce } from '../../../runtime/http/queryable';
import type { ApiEnvironment, IntakeRoute } from '../../../runtime/http/route';
import { BATCH_DOCUMENTATION, CREATE_DOCUMENTATION } from '../ingest/offer';
import type { LatestReadings } from '../latest-readings';

export interface ApiDependencies {
  /** Where readings are read: a reader when there is one. */
  readonly reader: Queryable;
  /** Where the audit trail is written. */
  readonly writer: Queryable;
  readonly observer: ApiObserver;
  /** Absent where the pipeline has no cache. */
  readonly latestReadings?: LatestReadings | undefined;
  /** Routes of ingest, where one host serves both. Default: none, since a function of its own has them. */
  readonly ingest?: readonly IntakeRoute[];
}

/** The vitals API: one application for Lambda, for the local stack and for tests. */
export function createApi({
  reader,
  writer,
  observer,
  latestReadings,
  ingest = [],
}: ApiDependencies): Hono<ApiEnvironment> {
  // Reading twice shows nothing new, and an access that is on record twice bears the same request id.
  const [patientReader, patientWriter] = [retryingOnce(reader), retryingOnce(writer)];
  const store = new ReadingStore(patientReader);
  const observation = observationRoute(store);
  const lastn = lastnRoute(new LastReadings(store, latestReadings));
  const resources: readonly FhirRoute[] = [
    { ...observation, offer: { ...observation.offer, create: CREATE_DOCUMENTATION, operations: [lastn.operation] } },
  ];
  const routes = [
    ...resources.map(({ route }) => route),
    lastn.route,
    capabilitiesRoute(
      SERVER,
      resources.map(({ offer }) => offer),
    ),
    healthRoute([patientReader, patientWriter]),
    ...ingest,
  ];
  return createApiApp(routes, { audit: new PostgresAccessAudit(patientWriter), observer, isUnavailable });
}

const SERVER = {
  title: 'Vital signs',
  description: 'Vital signs of patients as their monitors reported them, newest first.',
  changedOn: '2026-11-22',
  softwareName: 'hipaa-pipeline',
  security: 'Requests are signed with AWS Signature Version 4 (IAM). Each read of patient data is audited.',
  batch: BATCH_DOCUMENTATION,
};
