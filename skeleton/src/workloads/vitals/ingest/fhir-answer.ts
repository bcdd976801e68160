import type { Bundle, BundleEntry, Parameters } from 'fhir/r4';
import type { IngestEvent } from './reading-draft';
import { FHIR_JSON } from '../../../runtime/fhir/media-types';
import { type Issue, operationOutcome } from '../../../runtime/fhir/operation-outcome';
import {
  acceptedAnswer,
  DELAYED,
  delayedAnswer,
  MINIMAL,
  type Preference,
  refusedAnswer,
  RETRY,
} from '../../../runtime/http/intake-answer';
import type { Answer } from '../../../runtime/http/route';

/** What became of one Observation. */
export type Outcome =
  | { readonly accepted: IngestEvent }
  | { readonly refused: readonly Issue[] }
  /** The stream did not take it in time: nothing is wrong with it. */
  | { readonly delayed: true };

/** The answer to one Observation: 202, 422 with an OperationOutcome, or 503. */
export function answerOne(outcome: Outcome, preference: Preference): Answer {
  if ('accepted' in outcome) return acceptedAnswer(idsOf(outcome.accepted), preference);
  return 'refused' in outcome ? refusedAnswer(outcome.refused) : delayedAnswer();
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
    return { status: 202, contentType: FHIR_JSON, body, ...(preference === 'minimal' ? { headers: MINIMAL } : {}) };
  }
  const isDelayed = outcomes.some((outcome) => 'delayed' in outcome);
  return isDelayed
    ? { status: 503, contentType: FHIR_JSON, headers: RETRY, body }
    : { status: 422, contentType: FHIR_JSON, body };
}

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
