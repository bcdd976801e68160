import { toObservation } from './observation';
import { OBSERVATION_SEARCH, readObservationSearch } from './observation-search';
import type { ReadingStore } from './reading-store';
import { VITAL_SIGNS_PROFILE } from '../../../runtime/fhir/identifiers';
import { FHIR_JSON } from '../../../runtime/fhir/media-types';
import { readIfValid } from '../../../runtime/fhir/search/read-search';
import { searchset, withParameter } from '../../../runtime/fhir/searchset';
import type { FhirRoute } from '../../../runtime/http/capabilities-route';

/** `GET /Observation`: a patient's readings, newest first, page by page. */
export function observationRoute(store: ReadingStore): FhirRoute {
  return {
    offer: { type: 'Observation', profile: VITAL_SIGNS_PROFILE, search: OBSERVATION_SEARCH },
    route: {
      path: '/Observation',
      patientData: { action: 'search', resourceType: 'Observation' },
      get: async (context, reading) => {
        const { baseUrl } = context.env;
        const parameters = new URL(context.req.url).searchParams;
        // Known to the audit trail before anything can be wrong with the rest of the search.
        reading.patientIds = [readIfValid(OBSERVATION_SEARCH, 'patient', parameters)].filter((id) => id !== undefined);
        const search = readObservationSearch(parameters);
        const { readings, hasMore } = await store.page(search.query);
        const last = readings.at(-1);
        const selfUrl = new URL(`${baseUrl}/Observation?${parameters}`);
        const body = searchset({
          resources: readings.map((one) => toObservation(search.query.patientId, one)),
          notes: search.notes,
          selfUrl: selfUrl.href,
          nextUrl:
            hasMore && last !== undefined ? withParameter(selfUrl, '_cursor', search.cursorAfter(last)) : undefined,
          baseUrl,
        });
        return { status: 200, contentType: FHIR_JSON, body, returnedCount: readings.length };
      },
    },
  };
}
