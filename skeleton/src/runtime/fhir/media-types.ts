/** The media type of every FHIR answer (FHIR R4, RESTful API, "Content Types and encodings"). */
export const FHIR_JSON = 'application/fhir+json';

/** The version of FHIR that this API speaks. */
export const FHIR_VERSION = '4.0.1';

/** Names under which a resource in JSON may be sent (FHIR R4, RESTful API, "Content Types and encodings"). */
export const FHIR_JSON_NAMES: readonly [string, ...string[]] = [FHIR_JSON, 'application/json'];

/** Names under which a caller may ask for JSON, in `Accept` and in `_format`. */
const JSON_NAMES: ReadonlySet<string> = new Set([FHIR_JSON, 'application/json', 'text/json', 'json']);
const WILDCARDS: ReadonlySet<string> = new Set(['*/*', 'application/*']);

/** Whether `_format` asks for JSON. Parameters of the media type, such as `fhirVersion`, are not looked at. */
export function isJsonFormat(format: string): boolean {
  // A `+` that the caller did not escape arrives as a space.
  return JSON_NAMES.has(mediaType(format).replace(' ', '+'));
}

/** Whether an `Accept` header can be answered with JSON. */
export function acceptsJson(accept: string | undefined): boolean {
  return acceptsAnyOf(JSON_NAMES, accept);
}

/**
 * Whether an `Accept` header can be answered with one of these media types of `application`. No header, or an empty one,
 * accepts everything (RFC 9110, 12.5.1).
 */
export function acceptsAnyOf(names: ReadonlySet<string>, accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const name = mediaType(range);
    return (names.has(name) || WILDCARDS.has(name)) && !/;\s*q=0(\.0{0,3})?\s*(;|$)/i.test(range);
  });
}

/** A `Content-Type` header in small letters; its media type is empty when there is none. */
export function parseContentType(header: string | undefined): {
  readonly mediaType: string;
  readonly charset: string | undefined;
} {
  const text = header ?? '';
  // A value in quotes means the same as one without (RFC 9110, 8.3.1).
  const charset = /;\s*charset=(?:"([^"]*)"|([^\s;"]*))/i.exec(text);
  return { mediaType: mediaType(text), charset: (charset?.[1] ?? charset?.[2])?.toLowerCase() };
}

function mediaType(text: string): string {
  return (text.split(';')[0] ?? '').trim().toLowerCase();
}
