import { resourceIds, transactionIds } from './fhir-answer';
import { putEvent } from './put-event';
import { readExactBody, refusalIssues, refusedWith } from './read-submission';
import { type ExactJson, stringifyExactJson } from '../../../runtime/fhir/exact-json';
import { FHIR_ID_PATTERN } from '../../../runtime/fhir/identifiers';
import { FhirRequestError } from '../../../runtime/fhir/request-error';
import { FHIR_BODY, requireUnconditional } from '../../../runtime/http/fhir-body';
import { senderOf } from '../../../runtime/http/ingest-observer';
import type { IngestTools } from '../../../runtime/http/ingest-program';
import { acceptedAnswer, delayedAnswer, preferenceOf, refusedAnswer } from '../../../runtime/http/intake-answer';
import type { Answer, ApiContext, Intake } from '../../../runtime/http/route';
import { eventId } from '../decode/identity';
import { decodeTree, type Submission } from '../decode/submission';
import type { RecordEvent } from '../record-event';

export interface IngestDependencies extends IngestTools {
  /** Types of resource that are taken. */
  readonly resourceTypes: readonly string[];
}

/** What a body is to become: the event, and what the stream is given, from which a processor makes the same event. */
type Decoded =
  Exclude<Submission, { readonly event: RecordEvent }> | { readonly event: RecordEvent; readonly line: string };

/** A transaction Bundle in the body: stored as a whole or not at all. */
export function transactionIntake(dependencies: IngestDependencies): Intake {
  return intakeOf('bundle', dependencies, (_context, json) => {
    if (typeOf(json) !== 'Bundle') {
      const legal = 'Expected a Bundle here; a single resource is posted to its type, such as Patient';
      throw refusedWith('value', legal, 'Bundle.resourceType');
    }
    const result = decodeTree(json, new Set(dependencies.resourceTypes));
    return 'refusal' in result ? result : { event: result.event, line: stringifyExactJson(json.exact) };
  });
}

/** A resource in the body that is to have an id given to it (FHIR R4, RESTful API, "create"): one that it brings is not looked at. */
export function createIntake(dependencies: IngestDependencies): Intake {
  return intakeOf('resource', dependencies, (context, json) => {
    requireType(context, json, dependencies.resourceTypes);
    return decodeResource({ plain: withoutId(json.plain), exact: withoutId(json.exact) }, dependencies);
  });
}

/** A resource in the body under the id that its source gave to it (FHIR R4, RESTful API, "update"). */
export function updateIntake(dependencies: IngestDependencies): Intake {
  return intakeOf('resource', dependencies, (context, json) => {
    const resourceType = requireType(context, json, dependencies.resourceTypes);
    const { id } = asObject(json.plain);
    const asked = context.req.param('id') ?? '';
    if (!FHIR_ID_PATTERN.test(asked) || id !== asked) {
      const diagnostics = 'Expected the id that the path ends with: 1 to 64 letters, digits, hyphens and dots';
      throw new FhirRequestError(400, [{ code: 'value', diagnostics, expression: `${resourceType}.id` }]);
    }
    return decodeResource(json, dependencies);
  });
}

function decodeResource(json: ExactJson, { resourceTypes }: IngestDependencies): Decoded {
  const result = decodeTree(json, new Set(resourceTypes));
  if ('refusal' in result) return result;
  const [change] = result.event.changes;
  if (change?.kind !== 'write') throw new Error('a resource was decoded to something else than a write');
  // What goes into the stream has its id, and makes the event that is answered.
  return { event: { ...result.event, id: eventId(change.content) }, line: change.content };
}

function intakeOf(
  form: 'resource' | 'bundle',
  { writer, observer }: IngestDependencies,
  decode: (context: ApiContext, json: ExactJson) => Decoded,
): Intake {
  return {
    ...FHIR_BODY,
    post: async (context, { bytes }): Promise<Answer> => {
      requireUnconditional(context);
      const counts = { ...senderOf(context), form, acceptedCount: 0, refusedCount: 0, delayedCount: 0 };
      const decoded = decode(context, readExactBody(bytes));
      if ('refusal' in decoded) {
        observer({ ...counts, refusedCount: 1 });
        return refusedAnswer(refusalIssues(decoded.refusal));
      }
      const { event, line } = decoded;
      const isTaken = await putEvent(writer, event, Buffer.from(line, 'utf8'));
      observer({ ...counts, ...(isTaken ? { acceptedCount: 1 } : { delayedCount: 1 }) });
      if (!isTaken) return delayedAnswer();
      const ids = form === 'bundle' ? transactionIds(event) : resourceIds(event);
      return acceptedAnswer(ids, preferenceOf(context.req.header('Prefer')));
    },
  };
}

/**
 * The type in the path.
 *
 * @throws FhirRequestError 404 when there are no resources of it here; 422 when the resource is of another.
 */
function requireType(context: ApiContext, json: ExactJson, resourceTypes: readonly string[]): string {
  const asked = resourceTypes.find((type) => type === context.req.param('type'));
  if (asked === undefined) {
    const diagnostics = `There are no resources of this type here; legal are ${resourceTypes.join(', ')}`;
    throw new FhirRequestError(404, [{ code: 'not-supported', diagnostics }]);
  }
  if (typeOf(json) !== asked) {
    throw refusedWith('value', `Expected ${asked}, as the path says`, `${asked}.resourceType`);
  }
  return asked;
}

function typeOf({ plain }: ExactJson): unknown {
  return asObject(plain).resourceType;
}

function withoutId(tree: unknown): unknown {
  const { id: _ignored, ...rest } = asObject(tree);
  return rest;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
