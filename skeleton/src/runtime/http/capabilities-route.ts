import type { PatientDataRoute, PlainRoute } from './route';
import { capabilityStatement, type ResourceOffer, type ServerDescription } from '../fhir/capability-statement';
import { FHIR_JSON } from '../fhir/media-types';
import { format } from '../fhir/search/parameter';
import { readSearch } from '../fhir/search/read-search';

/** A route that serves a FHIR resource, together with what the CapabilityStatement says of it. */
export interface FhirRoute {
  readonly offer: ResourceOffer;
  readonly route: PatientDataRoute;
}

/** `GET /metadata`: what the routes offer, and nothing that they do not. */
export function capabilitiesRoute(server: ServerDescription, offers: readonly ResourceOffer[]): PlainRoute {
  return {
    path: '/metadata',
    patientData: 'none',
    get: async (context) => {
      readSearch({ _format: format() }, new URL(context.req.url).searchParams);
      return { status: 200, contentType: FHIR_JSON, body: capabilityStatement(server, offers, context.env.baseUrl) };
    },
  };
}
