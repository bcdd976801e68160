import type { Answer } from './route';
import { FHIR_JSON } from '../fhir/media-types';
import { type Issue, operationOutcome } from '../fhir/operation-outcome';

/** How much the caller wants to hear of what was accepted (FHIR R4, RESTful API, "Prefer"). */
export type Preference = 'ids' | 'minimal';

/** Seconds after which a caller may try again when the stream took nothing: a shard that is too busy for a second. */
export const RETRY_AFTER_SECONDS = 2;

/** What is said of something that the stream did not take in time. */
export const DELAYED: Issue = {
  code: 'transient',
  diagnostics: 'The stream did not take it in time. Send it again, unchanged: it is stored once.',
};

/** `Prefer: return=minimal` asks for no ids; every other preference is answered with them. */
export function preferenceOf(header: string | undefined): Preference {
  return /(?:^|[\s,;])return\s*=\s*"?minimal"?(?:$|[\s,;])/i.test(header ?? '') ? 'minimal' : 'ids';
}

/** Headers that tell a caller that its preference was followed. */
export const MINIMAL = { 'Preference-Applied': 'return=minimal' };

/** Headers that tell a caller when to send again. */
export const RETRY = { 'Retry-After': String(RETRY_AFTER_SECONDS) };

/** 202: the stream has it. @param ids what it will be found by. */
export function acceptedAnswer(ids: object, preference: Preference): Answer {
  if (preference === 'minimal') return { status: 202, contentType: FHIR_JSON, headers: MINIMAL };
  return { status: 202, contentType: FHIR_JSON, body: ids };
}

/** 422: it is wrong, and nothing of it was taken. */
export function refusedAnswer(issues: readonly Issue[]): Answer {
  return { status: 422, contentType: FHIR_JSON, body: operationOutcome(issues) };
}

/** 503: nothing is wrong with it. */
export function delayedAnswer(): Answer {
  return { status: 503, contentType: FHIR_JSON, headers: RETRY, body: operationOutcome([DELAYED]) };
}
