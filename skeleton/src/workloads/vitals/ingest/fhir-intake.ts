import { readBatch, type BatchEntry } from './batch-bundle';
import { answerBatch, answerOne, type Outcome, preferenceOf } from './fhir-answer';
import type { IngestCounts, IngestObserver } from './ingest-observer';
import { ingest, type RecordWriter } from './ingestor';
import { observationToEvent, type ObservationResult } from './observation-to-event';
import { parseJsonBody } from '../../../runtime/fhir/json-body';
import { acceptsJson, FHIR_JSON_NAMES } from '../../../runtime/fhir/media-types';
import { FhirRequestError } from '../../../runtime/fhir/request-error';
import type { ApiContext, Intake } from '../../../runtime/http/route';

/** Longest body that is taken, in bytes. Lambda takes 6 MB, of which base64 makes 4.5 MB; a batch of `ENTRIES_MAX` takes 0.3 MB. */
export const BODY_BYTES_MAX = 1024 * 1024;

export interface IngestDependencies {
  readonly writer: RecordWriter;
  readonly observer: IngestObserver;
  /** What is older is refused. */
  readonly retentionDays: number;
  /** The time now. */
  readonly clock: () => Date;
}

const FHIR_BODY: Pick<Intake, 'mediaTypes' | 'charsets' | 'bodyBytesMax' | 'answers'> = {
  mediaTypes: FHIR_JSON_NAMES,
  charsets: ['utf-8'],
  bodyBytesMax: BODY_BYTES_MAX,
  answers: { accepts: acceptsJson, legal: 'application/fhir+json and application/json' },
};

/** An Observation in the body. */
export function observationIntake(dependencies: IngestDependencies): Intake {
  return {
    ...FHIR_BODY,
    post: async (context, { bytes }) => {
      requireUnconditional(context);
      const source = { root: 'Observation', fullUrl: undefined, ...timesOf(dependencies) };
      const result = observationToEvent(parseJsonBody(bytes), source);
      const [outcome] = await outcomesOf([result], 'observation', context, dependencies);
      return answerOne(outcome ?? { delayed: true }, preferenceOf(context.req.header('Prefer')));
    },
  };
}

/** A batch of Observations in the body. Each is accepted or refused by itself. */
export function batchIntake(dependencies: IngestDependencies): Intake {
  return {
    ...FHIR_BODY,
    post: async (context, { bytes }) => {
      const times = timesOf(dependencies);
      const entries = readBatch(parseJsonBody(bytes));
      const results = entries.map((entry: BatchEntry) =>
        'issues' in entry ? entry : observationToEvent(entry.resource, { ...entry, ...times }),
      );
      const outcomes = await outcomesOf(results, 'bundle', context, dependencies);
      return answerBatch(outcomes, preferenceOf(context.req.header('Prefer')));
    },
  };
}

function timesOf({ clock, retentionDays }: IngestDependencies): { readonly now: Date; readonly retentionDays: number } {
  return { now: clock(), retentionDays };
}

/** Puts what is right into the stream, and says what became of each. */
async function outcomesOf(
  results: readonly ObservationResult[],
  form: IngestCounts['form'],
  context: ApiContext,
  { writer, observer }: IngestDependencies,
): Promise<Outcome[]> {
  const events = results.flatMap((result) => ('event' in result ? [result.event] : []));
  const taken = events.length === 0 ? new Set() : await ingest(writer, events);
  const outcomes = results.map((result): Outcome => {
    if ('issues' in result) return { refused: result.issues };
    return taken.has(result.event) ? { accepted: result.event } : { delayed: true };
  });
  observer({
    ...senderOf(context),
    form,
    acceptedCount: taken.size,
    refusedCount: results.length - events.length,
    delayedCount: events.length - taken.size,
  });
  return outcomes;
}

/** Who sent, for the record. The application lets nobody in who is nobody. */
export function senderOf({ env }: ApiContext): Pick<IngestCounts, 'requestId' | 'principal'> {
  return { requestId: env.requestId, principal: env.principal ?? '' };
}

function requireUnconditional(context: ApiContext): void {
  if (context.req.header('If-None-Exist') === undefined) return;
  throw new FhirRequestError(422, [
    {
      code: 'not-supported',
      diagnostics:
        'If-None-Exist: a condition cannot be judged here, and is not needed: what is sent again is stored once',
      parameter: 'If-None-Exist',
    },
  ]);
}
