/** The media type of every FHIR answer (FHIR R4, RESTful API, "Content Types and encodings"). */
export const FHIR_JSON = 'application/fhir+json';

/** The version of FHIR that this API speaks. */
export const FHIR_VERSION = '4.0.1';

/** Names under which a caller may ask for JSON, in `Accept` and in `_format`. */
const JSON_NAMES: ReadonlySet<string> = new Set([FHIR_JSON, 'application/json', 'text/json', 'json']);
const WILDCARDS: ReadonlySet<string> = new Set(['*/*', 'application/*']);

/** Whether `_format` asks for JSON. Parameters of the media type, such as `fhirVersion`, are not looked at. */
export function isJsonFormat(format: string): boolean {
  // A `+` that the caller did not escape arrives as a space.
  return JSON_NAMES.has(mediaType(format).replace(' ', '+'));
}

/** Whether an `Accept` header can be answered with JSON. No header, or an empty one, accepts everything (RFC 9110, 12.5.1). */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const name = mediaType(range);
    return (JSON_NAMES.has(name) || WILDCARDS.has(name)) && !/;\s*q=0(\.0{0,3})?\s*(;|$)/i.test(range);
  });
}

function mediaType(text: string): string {
  return (text.split(';')[0] ?? '').trim().toLowerCase();
}
