import { z } from 'zod';
import { addressedId, notThere, removed } from './addressed-resource';
import type { RecordRoutesDependencies } from './read-routes';
import { PAGE_SIZE } from './resource-search';
import { matchEntry, patientsOfAll } from './stored-version';
import type { OperationOffer } from '../../../runtime/fhir/capability-statement';
import { CursorCodec, positionId } from '../../../runtime/fhir/cursor';
import { readCursor } from '../../../runtime/fhir/search/cursor-parameter';
import { format, pageCursor, pageSize, stretch, words } from '../../../runtime/fhir/search/parameter';
import { readSearch, type SearchDefinition } from '../../../runtime/fhir/search/read-search';
import { toTimestamps } from '../../../runtime/fhir/search/time-ranges';
import { bundleAnswer } from '../../../runtime/http/bundle-answer';
import type { PatientDataRoute } from '../../../runtime/http/route';

/** What `GET /Patient/{id}/$everything` may be asked (FHIR R4, OperationDefinition Patient-everything). */
function everythingDefinition(resourceTypes: readonly string[]) {
  return {
    start: stretch('Care from then on: of what has dates, only what touches the time. What has none is shown always.'),
    end: stretch('Care until then.'),
    _since: stretch('Only what was stored here from then on.'),
    _type: words('Types of resource.', resourceTypes),
    _count: pageSize(PAGE_SIZE),
    _cursor: pageCursor(),
    _format: format(),
  } satisfies SearchDefinition;
}

const cursors = new CursorCodec(z.strictObject({ resourceType: positionId, resourceId: positionId }));

/** `GET /Patient/{id}/$everything`: a patient's record, page by page. */
export function everythingRoute({ store, resourceTypes }: RecordRoutesDependencies): {
  readonly operation: OperationOffer;
  readonly route: PatientDataRoute;
} {
  const definition = everythingDefinition(resourceTypes);
  return {
    operation: {
      name: 'everything',
      definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
      documentation:
        'Of one patient: the Patient, what the search parameter patient finds, the same of those who were merged into the patient, and ' +
        'what all of these refer to, unless it belongs to somebody else. By type and id.',
      parameters: definition,
    },
    route: {
      path: '/Patient/:id/$everything',
      patientData: { action: 'operation', resourceType: 'Patient' },
      get: async (context, reading) => {
        const patientId = addressedId(context, reading);
        const parameters = new URL(context.req.url).searchParams;
        const asked = readSearch(definition, parameters);
        const since = asked._since === undefined ? '-infinity' : toTimestamps(asked._since).from;
        const careFrom = asked.start === undefined ? '-infinity' : toTimestamps(asked.start).from;
        const careTo = asked.end === undefined ? 'infinity' : toTimestamps(asked.end).to;
        const canonical = JSON.stringify([patientId, since, careFrom, careTo, asked._type]);
        const after = readCursor(cursors, asked._cursor, canonical);
        const patient = await store.current('Patient', patientId);
        if (patient === undefined) throw notThere('Patient');
        if (patient.content === null) throw removed('Patient');
        const { versions, next } = await store.everything({
          patientId,
          resourceTypes: asked._type,
          since,
          careFrom,
          careTo,
          pageSize: asked._count,
          after,
        });
        reading.patientIds = [...new Set([patientId, ...patientsOfAll(versions.map(({ content }) => content))])];
        return bundleAnswer(context, {
          type: 'searchset',
          path: `/Patient/${patientId}/$everything`,
          entries: versions.map((version) => matchEntry(version, context.env.baseUrl)),
          nextCursor:
            next && cursors.encode({ resourceType: next.resourceType, resourceId: next.resourceId }, canonical),
        });
      },
    },
  };
}
