import { z } from 'zod';
import { AUDIT_SEARCH, patientAskedFor, readAuditSearch } from './audit-search';
import { AuditStore, type TrailRecord } from './audit-store';
import { auditEvent } from '../../../runtime/fhir/audit-event';
import { FHIR_JSON } from '../../../runtime/fhir/media-types';
import { FhirRequestError } from '../../../runtime/fhir/request-error';
import { readSearch } from '../../../runtime/fhir/search/read-search';
import { bundleAnswer } from '../../../runtime/http/bundle-answer';
import type { Queryable } from '../../../runtime/http/queryable';
import type { PatientDataRoute } from '../../../runtime/http/route';

export interface AuditRoutesDependencies {
  /** Connections that may read the trail. */
  readonly auditor: Queryable;
  /** Names the pipeline that recorded it. */
  readonly observer: string;
}

/** Who accessed what: `GET /AuditEvent` and `GET /AuditEvent/{id}`. To read it is an access as well. */
export function auditRoutes({ auditor, observer }: AuditRoutesDependencies): readonly PatientDataRoute[] {
  const store = new AuditStore(auditor);
  const toText = ({ accessId, ...record }: TrailRecord) =>
    JSON.stringify({ ...auditEvent({ ...record, accessId }, observer) });
  return [
    {
      path: '/AuditEvent',
      patientData: { action: 'search', resourceType: 'AuditEvent' },
      get: async (context, reading) => {
        const parameters = new URL(context.req.url).searchParams;
        // Known to the audit trail before anything can be wrong with the rest of the search.
        reading.patientIds = patientAskedFor(parameters);
        const { query, cursorAfter } = readAuditSearch(parameters);
        const { records, hasMore } = await store.page(query);
        const last = records.at(-1);
        return bundleAnswer(context, {
          type: 'searchset',
          path: '/AuditEvent',
          entries: records.map((record) => ({
            fullUrl: `${context.env.baseUrl}/AuditEvent/${record.accessId}`,
            resource: toText(record),
            search: { mode: 'match' },
          })),
          nextCursor: hasMore && last !== undefined ? cursorAfter(last) : undefined,
        });
      },
    },
    {
      path: '/AuditEvent/:id',
      patientData: { action: 'read', resourceType: 'AuditEvent' },
      get: async (context, reading) => {
        const id = z.guid().safeParse(context.req.param('id'));
        reading.resourceId = id.data ?? null;
        readSearch({ _format: AUDIT_SEARCH._format }, new URL(context.req.url).searchParams);
        const record = id.success ? await store.record(id.data) : undefined;
        if (record === undefined) {
          throw new FhirRequestError(404, [{ code: 'not-found', diagnostics: 'There is no such AuditEvent here' }]);
        }
        if (record.patientId !== null) reading.patientIds = [record.patientId];
        return { status: 200, contentType: FHIR_JSON, body: toText(record), returnedCount: 1 };
      },
    },
  ];
}
