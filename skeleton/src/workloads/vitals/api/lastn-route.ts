import type { LastReadings } from './last-readings';
import { LASTN, readLastn } from './lastn-parameters';
import { toObservation } from './observation';
import type { OperationOffer } from '../../../runtime/fhir/capability-statement';
import { FHIR_JSON } from '../../../runtime/fhir/media-types';
import { readIfValid } from '../../../runtime/fhir/search/read-search';
import { searchset } from '../../../runtime/fhir/searchset';
import type { PatientDataRoute } from '../../../runtime/http/route';

/** Says where the readings of an answer come from: `cache` or `database`. */
export const READING_SOURCE_HEADER = 'X-Reading-Source';

/** `GET /Observation/$lastn`: a patient's last readings of each vital sign. */
export function lastnRoute(lastReadings: LastReadings): {
  readonly operation: OperationOffer;
  readonly route: PatientDataRoute;
} {
  return {
    operation: {
      name: 'lastn',
      definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn',
      documentation:
        'The last readings of a patient, of each vital sign. Readings of the very moment of the last one are told beside it. ' +
        `The header ${READING_SOURCE_HEADER} says where they come from: database, or cache, which may be up to a minute behind.`,
      parameters: LASTN,
    },
    route: {
      path: '/Observation/$lastn',
      patientData: { action: 'search', resourceType: 'Observation' },
      get: async (context, reading) => {
        const { baseUrl } = context.env;
        const parameters = new URL(context.req.url).searchParams;
        // Known to the audit trail before anything can be wrong with the rest of the query.
        reading.patientIds = [readIfValid(LASTN, 'patient', parameters)].filter((id) => id !== undefined);
        const { query, notes } = readLastn(parameters);
        const { readings, source } = await lastReadings.find(query);
        const body = searchset({
          resources: readings.map((one) => toObservation(query.patientId, one)),
          notes,
          selfUrl: new URL(`${baseUrl}/Observation/$lastn?${parameters}`).href,
          baseUrl,
        });
        return {
          status: 200,
          contentType: FHIR_JSON,
          headers: { [READING_SOURCE_HEADER]: source },
          body,
          returnedCount: readings.length,
        };
      },
    },
  };
}
