import { FhirRequestError } from '../fhir/request-error';

/** Seconds after which a caller may try again when the database is away: an Aurora failover takes about half a minute. */
const RETRY_AFTER_SECONDS = 10;

/** The refusal of a request that came without an authenticated principal. */
export function unauthenticated(): FhirRequestError {
  return new FhirRequestError(
    401,
    [{ code: 'login', diagnostics: 'The request is not authenticated. Sign it with AWS Signature Version 4.' }],
    { headers: { 'WWW-Authenticate': 'AWS4-HMAC-SHA256' } },
  );
}

/** The refusal to answer in anything but JSON. */
export function notAcceptable(name: 'Accept' | '_format'): FhirRequestError {
  return new FhirRequestError(406, [
    {
      code: 'not-supported',
      diagnostics: `${name}: legal are application/fhir+json and application/json`,
      parameter: name,
    },
  ]);
}

/** The answer when no data may be shown because the access could not be written to the audit trail. */
export function auditUnavailable(cause: unknown): FhirRequestError {
  return new FhirRequestError(
    503,
    [
      {
        code: 'transient',
        diagnostics: 'The access could not be recorded, so nothing is shown. Try again later.',
      },
    ],
    { headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) }, cause },
  );
}

/** The answer when the database is away or too slow. */
export function databaseUnavailable(cause: unknown): FhirRequestError {
  return new FhirRequestError(
    503,
    [{ code: 'transient', diagnostics: 'The database cannot be reached at the moment. Try again later.' }],
    { headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) }, cause },
  );
}

/** Any error as one that can be shown: what was not foreseen becomes a 500 that tells nothing about it. */
export function showable(error: unknown, isUnavailable: (error: unknown) => boolean): FhirRequestError {
  if (error instanceof FhirRequestError) return error;
  if (isUnavailable(error)) return databaseUnavailable(error);
  return new FhirRequestError(
    500,
    [{ code: 'exception', diagnostics: 'The request failed unexpectedly. Report its X-Request-Id to the operator.' }],
    { cause: error },
  );
}
