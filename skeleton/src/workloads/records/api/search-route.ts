import { addressedType, UNKNOWN_TYPE } from './addressed-resource';
import type { RecordRoutesDependencies } from './read-routes';
import { patientsAskedFor, readResourceSearch } from './resource-search';
import { matchEntry, patientsOfAll } from './stored-version';
import { bundleAnswer } from '../../../runtime/http/bundle-answer';
import type { PatientDataRoute } from '../../../runtime/http/route';

/** `GET /{type}`: the current resources of a type that a search finds, page by page. */
export function searchRoute({ store, resourceTypes }: RecordRoutesDependencies): PatientDataRoute {
  return {
    path: '/:type',
    patientData: { action: 'search', resourceType: UNKNOWN_TYPE },
    get: async (context, reading) => {
      const resourceType = addressedType(context, reading, resourceTypes);
      const parameters = new URL(context.req.url).searchParams;
      // Known to the audit trail before anything can be wrong with the rest of the search.
      reading.patientIds = patientsAskedFor(resourceType, parameters);
      const { query, cursorAfter } = readResourceSearch(resourceType, parameters);
      const { versions, next } = await store.search(query);
      const shownPatients = patientsOfAll(versions.map(({ content }) => content));
      reading.patientIds = [...new Set([...reading.patientIds, ...shownPatients])];
      return bundleAnswer(context, {
        type: 'searchset',
        path: `/${resourceType}`,
        entries: versions.map((version) => matchEntry(version, context.env.baseUrl)),
        nextCursor: next && cursorAfter(next),
      });
    },
  };
}
