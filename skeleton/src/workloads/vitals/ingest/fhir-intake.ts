import { readBatch, type BatchEntry } from './batch-bundle';
import { answerBatch, answerOne, type Outcome } from './fhir-answer';
import { ingest } from './ingestor';
import { observationToEvent, type ObservationResult } from './observation-to-event';
import { parseJsonBody } from '../../../runtime/fhir/json-body';
import { FHIR_BODY, requireUnconditional } from '../../../runtime/http/fhir-body';
import { type IngestCounts, senderOf } from '../../../runtime/http/ingest-observer';
import type { IngestTools } from '../../../runtime/http/ingest-program';
import { preferenceOf } from '../../../runtime/http/intake-answer';
import type { ApiContext, Intake } from '../../../runtime/http/route';

export interface IngestDependencies extends IngestTools {
  /** What is older is refused. */
  readonly retentionDays: number;
}

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
