import type { ApiContext, Intake } from './route';
import { acceptsJson, FHIR_JSON_NAMES } from '../fhir/media-types';
import { FhirRequestError } from '../fhir/request-error';

/** Longest body that is taken, in bytes. Lambda takes 6 MB, of which base64 makes 4.5 MB; a record of the stream holds 1 MiB. */
export const BODY_BYTES_MAX = 1024 * 1024;

/** How FHIR in JSON is sent and answered. */
export const FHIR_BODY: Pick<Intake, 'mediaTypes' | 'charsets' | 'bodyBytesMax' | 'answers'> = {
  mediaTypes: FHIR_JSON_NAMES,
  charsets: ['utf-8'],
  bodyBytesMax: BODY_BYTES_MAX,
  answers: { accepts: acceptsJson, legal: 'application/fhir+json and application/json' },
};

/** Headers by which FHIR makes a write depend on what is stored (FHIR R4, RESTful API). */
const CONDITIONS = ['If-None-Exist', 'If-Match', 'If-None-Match'] as const;

/** @throws FhirRequestError 422 when the write is to depend on what is stored, which nobody knows who writes into a stream. */
export function requireUnconditional(context: ApiContext): void {
  const condition = CONDITIONS.find((name) => context.req.header(name) !== undefined);
  if (condition === undefined) return;
  throw new FhirRequestError(422, [
    {
      code: 'not-supported',
      diagnostics: `${condition}: a condition cannot be judged here, and is not needed: what is sent again is stored once`,
      parameter: condition,
    },
  ]);
}
