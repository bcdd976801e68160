import type { Bundle, BundleEntry, Parameters } from 'fhir/r4';
import type { IngestEvent } from './reading-draft';
import { FHIR_JSON } from '../../../runtime/fhir/media-types';
import { type Issue, operationOutcome } from '../../../runtime/fhir/operation-outcome';
import type { Answer } from '../../../runtime/http/route';

/** What became of one Observation. */
export type Outcome =
  | { readonly accepted: IngestEvent }
  | { readonly refused: readonly Issue[] }
  /** The stream did not take it in time: nothing is wrong with it. */
  | { readonly delayed: true };

/** How much the caller wants to hear of what was accepted (FHIR R4, RESTful API, "Prefer"). */
export type Preference = 'ids' | 'minimal';

/** Seconds after which a caller may try again when the stream took nothing: a shard that is too busy for a second. */
export const RETRY_AFTER_SECONDS = 2;

const DELAYED: Issue = {
  code: 'transient',
  diagnostics: 'The stream did not take it in time. Send it again, unchanged: it is stored once.',
};

/** `Prefer: return=minimal` asks for no ids; every other preference is answered with them. */
export function preferenceOf(header: string | undefined): Preference {
  return /(?:^|[\s,;])return\s*=\s*"?minimal"?(?:$|[\s,;])/i.test(header ?? '') ? 'minimal' : 'ids';
}

/** The answer to one Observation: 202, 422 with an OperationOutcome, or 503. */
export function answerOne(outcome: Outcome, preference: Preference): Answer {
  if ('accepted' in outcome) {
    if (preference === 'minimal') return { status: 202, contentType: FHIR_JSON, headers: APPLIED };
    return { status: 202, contentType: FHIR_JSON, body: idsOf(outcome.accepted) };
  }
  if ('refused' in outcome) return { status: 422, contentType: FHIR_JSON, body: operationOutcome(outcome.refused) };
  return { status: 503, contentType: FHIR_JSON, headers: RETRY, body: operationOutcome([DELAYED]) };
}

/**
 * The answer to a batch: a Bundle with an entry for each that was sent, in its order. 202 when something of it was accepted; else 503 when
 * something may be sent again as it is; else 422.
 */
export function answerBatch(outcomes: readonly Outcome[], preference: Preference): Answer {
  const body: Bundle = {
    resourceType: 'Bundle',
    type: 'batch-response',
    entry: outcomes.map((one) => entryOf(one, preference)),
  };
  if (outcomes.some((outcome) => 'accepted' in outcome)) {
    return { status: 202, contentType: FHIR_JSON, body, ...(preference === 'minimal' ? { headers: APPLIED } : {}) };
  }
  const isDelayed = outcomes.some((outcome) => 'delayed' in outcome);
  return isDelayed
    ? { status: 503, contentType: FHIR_JSON, headers: RETRY, body }
    : { status: 422, contentType: FHIR_JSON, body };
}

const APPLIED = { 'Preference-Applied': 'return=minimal' };
const RETRY = { 'Retry-After': String(RETRY_AFTER_SECONDS) };

function entryOf(outcome: Outcome, preference: Preference): BundleEntry {
  if ('accepted' in outcome) {
    const ids = preference === 'minimal' ? {} : { resource: idsOf(outcome.accepted) };
    return { ...ids, response: { status: '202 Accepted' } };
  }
  if ('refused' in outcome) {
    return { response: { status: '422 Unprocessable Entity', outcome: operationOutcome(outcome.refused) } };
  }
  return { response: { status: '503 Service Unavailable', outcome: operationOutcome([DELAYED]) } };
}

/** The id of the event, by which operators know it, and of each Observation that a search will show. */
function idsOf({ id, observationIds }: IngestEvent): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'event', valueUuid: `urn:uuid:${id}` },
      ...observationIds.map((one) => ({
        name: 'observation',
        valueReference: { reference: `Observation/${one}` },
      })),
    ],
  };
}
