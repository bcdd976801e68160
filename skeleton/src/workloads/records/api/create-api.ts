import type { Hono } from 'hono';
import { everythingRoute } from './everything-route';
import { historyRoute } from './history-route';
import { readRoute, versionRoute } from './read-routes';
import { RecordStore } from './record-store';
import { searchDefinitionOf } from './resource-search';
import { searchRoute } from './search-route';
import type { R4ResourceType } from '../../../fhir-r4-types';
import { type ApiObserver, createApiApp } from '../../../runtime/http/api-app';
import { capabilitiesRoute } from '../../../runtime/http/capabilities-route';
import { healthRoute } from '../../../runtime/http/health-route';
import { PostgresAccessAudit } from '../../../runtime/http/postgres-access-audit';
import { isUnavailable, type Queryable, retryingOnce } from '../../../runtime/http/queryable';
import type { ApiEnvironment, Route } from '../../../runtime/http/route';
import { AUDIT_EVENT_OFFER } from '../audit/audit-offer';
import { CREATE_DOCUMENTATION, TRANSACTION_DOCUMENTATION, UPDATE_DOCUMENTATION } from '../ingest/offer';

export interface ApiDependencies {
  /** Where records are read. */
  readonly reader: Queryable;
  /** Where the audit trail is written. */
  readonly writer: Queryable;
  readonly observer: ApiObserver;
  /** Types that the pipeline keeps: no others are shown. */
  readonly resourceTypes: readonly R4ResourceType[];
  /** Routes of ingest and audit, where one host serves them too. Default: none, since functions of their own have them. */
  readonly others?: readonly Route[];
}

/** The records API: one application for Lambda, for the local stack and for tests. */
export function createApi({
  reader,
  writer,
  observer,
  resourceTypes,
  others = [],
}: ApiDependencies): Hono<ApiEnvironment> {
  // Reading twice shows nothing new, and an access that is on record twice bears the same request id.
  const [patientReader, patientWriter] = [retryingOnce(reader), retryingOnce(writer)];
  const dependencies = { store: new RecordStore(patientReader), resourceTypes };
  const everything = everythingRoute(dependencies);
  const offers = resourceTypes.map((type) => ({
    type,
    isVersioned: true,
    create: CREATE_DOCUMENTATION,
    update: UPDATE_DOCUMENTATION,
    search: searchDefinitionOf(type),
    ...(type === 'Patient' ? { operations: [everything.operation] } : {}),
  }));
  const routes = [
    readRoute(dependencies),
    versionRoute(dependencies),
    historyRoute(dependencies),
    searchRoute(dependencies),
    everything.route,
    capabilitiesRoute(SERVER, [...offers, AUDIT_EVENT_OFFER]),
    healthRoute([patientReader, patientWriter]),
    ...others,
  ];
  return createApiApp(routes, { audit: new PostgresAccessAudit(patientWriter), observer, isUnavailable });
}

const SERVER = {
  title: 'Patient records',
  description: 'Records of patients as their sources sent them, with all versions.',
  changedOn: '2026-11-23',
  softwareName: 'hipaa-pipeline',
  security: 'Requests are signed with AWS Signature Version 4 (IAM). Each read of patient data is audited.',
  transaction: TRANSACTION_DOCUMENTATION,
};
