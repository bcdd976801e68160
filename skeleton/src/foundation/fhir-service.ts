import { ApiFirewall } from './api-firewall';
import type { ApiFunction } from './api-function';
import { auditRetentionDays } from './audit-retention';
import { FhirApi } from './fhir-api';
import type { ApiRoute } from './fhir-api';
import type { Foundation } from './pipeline-parts';
import type { Throttle } from './throttle';

/** Reads a second in the long run, and at once. */
const QUERY_THROTTLE: Throttle = { requestsPerSecond: 200, burst: 400 };

/** HL7 v2 says its character set in the message, so its bytes must arrive as they were sent. */
const BINARY_MEDIA_TYPES = ['application/hl7-v2'];

export interface FhirService {
  readonly gateway: FhirApi;
  /** Answers queries. */
  readonly handler: ApiFunction;
  /** Takes events in. */
  readonly ingest: ApiFunction;
}

export interface FhirServiceProps {
  readonly handler: ApiFunction;
  readonly ingest: ApiFunction;
  readonly routes: readonly ApiRoute[];
  /** Of what is written through the API. */
  readonly ingestThrottle: Throttle;
}

/** The workload's functions behind one gateway, and that behind a firewall. */
export function fhirService(foundation: Foundation, props: FhirServiceProps): FhirService {
  const { scope, settings, names, keys } = foundation;
  const { handler, ingest, routes } = props;
  const logRetentionDays = auditRetentionDays(settings.compliance);
  const gateway = new FhirApi(scope, 'Api', {
    names,
    routes,
    throttle: QUERY_THROTTLE,
    binaryMediaTypes: BINARY_MEDIA_TYPES,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? [] : [method]));
  new ApiFirewall(scope, 'ApiFirewall', {
    names,
    stageArn: gateway.stageArn,
    writeMethods: [...new Set(methods)],
    ingestRequestsPerSecond: props.ingestThrottle.requestsPerSecond,
    logKey: keys.telemetry,
    logRetentionDays,
  });
  return { gateway, handler, ingest };
}
