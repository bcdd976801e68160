import { randomUUID } from 'node:crypto';
import { RETRY_AFTER_SECONDS } from './fhir-answer';
import { BODY_BYTES_MAX, type IngestDependencies, senderOf } from './fhir-intake';
import { ingest } from './ingestor';
import { requireOru } from './oru-header';
import { type OruEvents, oruToEvents } from './oru-to-events';
import type { FhirRequestError } from '../../../runtime/fhir/request-error';
import { acknowledgment } from '../../../runtime/hl7/acknowledgment';
import { decodeMessage, HL7_CHARSETS } from '../../../runtime/hl7/charset';
import { type Hl7Fault, Hl7Refusal } from '../../../runtime/hl7/fault';
import { acceptsHl7, HL7_MEDIA_TYPES } from '../../../runtime/hl7/media-type';
import { parseMessage, requireWhole, type Segment } from '../../../runtime/hl7/message';
import type { Answer, ApiContext, Intake, IntakeBody } from '../../../runtime/http/route';

const [HL7_V2] = HL7_MEDIA_TYPES;

/**
 * An ORU^R01 in the body, answered with an acknowledgment. It is taken as a whole or refused as a whole.
 *
 * The status says to HTTP what MSA-1 says to HL7, for gateways that look at one of them only: 202 with AA; 422 with AE and 400
 * with AR, which are not to be sent again as they are; 503 with AE, which are.
 */
export function hl7Intake(dependencies: IngestDependencies): Intake {
  return {
    mediaTypes: HL7_MEDIA_TYPES,
    charsets: HL7_CHARSETS,
    bodyBytesMax: BODY_BYTES_MAX,
    answers: { accepts: acceptsHl7, legal: HL7_MEDIA_TYPES.join(' and ') },
    post: async (context, body) => answerMessage(context, body, dependencies),
    refusal: (refusal) => refusalOf(refusal, dependencies.clock()),
  };
}

async function answerMessage(
  context: ApiContext,
  { bytes, charset }: IntakeBody,
  dependencies: IngestDependencies,
): Promise<Answer> {
  const { writer, observer, clock } = dependencies;
  const now = clock();
  const counts = { ...senderOf(context), form: 'hl7v2' as const };
  let header: Segment | undefined;
  try {
    const message = parseMessage(decodeMessage(bytes, charset));
    ({ header } = message);
    requireWhole(message);
    requireOru(header);
    const { events, warnings }: OruEvents = oruToEvents(message.segments, now, dependencies.retentionDays);
    const taken = await ingest(writer, events);
    const delayedCount = events.length - taken.size;
    observer({ ...counts, acceptedCount: taken.size, refusedCount: warnings.length, delayedCount });
    if (delayedCount > 0) return answer({ status: 503, code: 'AE', header, now, faults: [delayed(header)] });
    return answer({ status: 202, code: 'AA', header, now, faults: warnings });
  } catch (error) {
    if (!(error instanceof Hl7Refusal)) throw error;
    observer({ ...counts, acceptedCount: 0, refusedCount: error.faults.length, delayedCount: 0 });
    return answer({ status: error.code === 'AE' ? 422 : 400, code: error.code, header, now, faults: error.faults });
  }
}

function delayed(header: Segment): Hl7Fault {
  const text = 'The stream did not take all of it in time. Send it again, unchanged: it is stored once';
  return header.fault('207', 10, text);
}

interface Reply {
  readonly status: Answer['status'];
  readonly code: 'AA' | 'AE' | 'AR';
  readonly header: Segment | undefined;
  readonly now: Date;
  readonly faults: readonly Hl7Fault[];
}

function answer({ status, code, header, now, faults }: Reply): Answer {
  const controlId = randomUUID().replaceAll('-', '').slice(0, 20);
  return {
    status,
    contentType: `${HL7_V2}; charset=utf-8`,
    body: acknowledgment({ code, header, controlId, at: now, faults }),
    ...(status === 503 ? { headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } } : {}),
  };
}

/** What HTTP refuses before the message was read, such as a body above the limit, in HL7's words. */
function refusalOf({ status, issues, headers }: FhirRequestError, now: Date): Answer {
  const code = status < 500 ? 'AR' : 'AE';
  const place = { segment: 'MSH', sequence: 1 };
  const faults = issues.map(({ diagnostics }): Hl7Fault => ({ condition: '207', place, text: diagnostics }));
  const reply = answer({ status, code, header: undefined, now, faults });
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
