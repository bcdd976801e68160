import { type AccessAudit, accessOutcome, UNAUTHENTICATED } from './access-audit';
import type { ApiObserver } from './api-app';
import { auditUnavailable, notAcceptable, showable, unauthenticated } from './error-answer';
import type { Answer, ApiContext, PatientDataRoute, PlainRoute, Reading } from './route';
import { acceptsJson, isJsonFormat } from '../fhir/media-types';
import { FhirRequestError } from '../fhir/request-error';

/** How much of a query is kept in the audit trail. */
const AUDITED_QUERY_CHARACTERS_MAX = 2048;

interface ReadDependencies {
  readonly audit: AccessAudit | 'none';
  readonly observer: ApiObserver;
  readonly isUnavailable: (error: unknown) => boolean;
}

/**
 * What answers a route that is read.
 *
 * @throws Error when the route shows data of patients and there is no audit trail.
 */
export function reader(
  route: PatientDataRoute | PlainRoute,
  dependencies: ReadDependencies,
): (context: ApiContext) => Promise<Answer | FhirRequestError> {
  const { audit, isUnavailable } = dependencies;
  if (route.patientData === 'none') {
    return async (context) => read(async () => route.get(context), context, isUnavailable);
  }
  if (audit === 'none') throw new Error(`${route.path} shows data of patients and needs an audit trail`);
  // Reads, then records the access, then answers: in this order, so that no data leaves that is not on record.
  return async (context) => {
    const reading: Reading = { resourceType: route.patientData.resourceType, resourceId: null, patientIds: [] };
    const answer = await read(async () => route.get(context, reading), context, isUnavailable);
    return recorded({ route, reading, answer }, { context, audit, observer: dependencies.observer });
  };
}

async function read(
  get: () => Promise<Answer>,
  context: ApiContext,
  isUnavailable: ReadDependencies['isUnavailable'],
): Promise<Answer | FhirRequestError> {
  try {
    requireAnswerable(context);
    return await get();
  } catch (error) {
    return showable(error, isUnavailable);
  }
}

interface PatientDataAnswer {
  readonly route: PatientDataRoute;
  readonly reading: Reading;
  readonly answer: Answer | FhirRequestError;
}

/** The answer once it is on record, or the refusal to give one. */
async function recorded(
  { route, reading, answer }: PatientDataAnswer,
  { context, audit, observer }: { context: ApiContext; audit: AccessAudit; observer: ApiObserver },
): Promise<Answer | FhirRequestError> {
  try {
    await audit.record({
      action: route.patientData.action,
      requestId: context.env.requestId,
      principal: context.env.principal ?? UNAUTHENTICATED,
      ...reading,
      query: new URL(context.req.url).search.slice(1, AUDITED_QUERY_CHARACTERS_MAX + 1),
      outcome: accessOutcome(answer.status),
      status: answer.status,
      returnedCount: answer instanceof FhirRequestError ? 0 : (answer.returnedCount ?? 0),
    });
    return answer;
  } catch (error) {
    observer.auditFailed(context.env.requestId, error);
    return auditUnavailable(error);
  }
}

function requireAnswerable(context: ApiContext): void {
  if (context.env.principal === null) throw unauthenticated();
  // `_format` overrides `Accept`, for callers that cannot set headers (FHIR R4, RESTful API, "_format").
  const formats = new URL(context.req.url).searchParams.getAll('_format');
  if (!formats.every(isJsonFormat)) throw notAcceptable('_format');
  if (formats.length === 0 && !acceptsJson(context.req.header('Accept'))) throw notAcceptable('Accept');
}
