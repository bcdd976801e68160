import type { Intake } from './route';
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

/** The refusal to answer in anything but what is legal. */
export function notAcceptable(
  name: 'Accept' | '_format',
  legal = 'application/fhir+json and application/json',
): FhirRequestError {
  return new FhirRequestError(406, [
    { code: 'not-supported', diagnostics: `${name}: legal are ${legal}`, parameter: name },
  ]);
}

/** The refusal of a body of a kind that the route does not take. */
export function unsupportedContent(intakes: readonly Intake[]): FhirRequestError {
  const legal = intakes.flatMap(({ mediaTypes }) => mediaTypes).join(', ');
  return new FhirRequestError(415, [
    { code: 'not-supported', diagnostics: `Content-Type: legal are ${legal}`, parameter: 'Content-Type' },
  ]);
}

/** The refusal of a body in characters that its kind does not take. */
export function unsupportedCharset({ mediaTypes, charsets }: Intake): FhirRequestError {
  return new FhirRequestError(415, [
    {
      code: 'not-supported',
      diagnostics: `Content-Type: legal values of charset with ${mediaTypes[0]} are ${charsets.join(', ')}`,
      parameter: 'Content-Type',
    },
  ]);
}

/** The refusal of a body above the limit. */
export function contentTooLarge(bytesMax: number): FhirRequestError {
  return new FhirRequestError(413, [
    { code: 'too-long', diagnostics: `The body is longer than ${bytesMax} bytes: send it in several requests` },
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
