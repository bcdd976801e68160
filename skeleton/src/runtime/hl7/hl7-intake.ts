import { randomUUID } from 'node:crypto';
import { acknowledgment } from './acknowledgment';
import { decodeMessage, HL7_CHARSETS, selfContained } from './charset';
import { type Hl7Fault, Hl7Refusal } from './fault';
import { acceptsHl7, HL7_MEDIA_TYPES } from './media-type';
import { type Message, parseMessage, requireWhole, type Segment } from './message';
import type { FhirRequestError } from '../fhir/request-error';
import { BODY_BYTES_MAX } from '../http/fhir-body';
import { type IngestObserver, senderOf } from '../http/ingest-observer';
import { RETRY } from '../http/intake-answer';
import type { Answer, ApiContext, Intake, IntakeBody } from '../http/route';

const [HL7_V2] = HL7_MEDIA_TYPES;

/** A message that came in. */
export interface ReceivedMessage extends Message {
  /** It, so that it can be read without what HTTP said of it. */
  readonly bytes: Uint8Array;
  readonly receivedAt: Date;
}

/** What became of a message that is in order. */
export interface Hl7Receipt {
  readonly acceptedCount: number;
  /** Not taken by the stream in time. */
  readonly delayedCount: number;
  /** What was left out, each with its place. */
  readonly warnings: readonly Hl7Fault[];
}

export interface Hl7Receiver {
  /** Puts what a message says into the stream. @throws Hl7Refusal */
  readonly receive: (message: ReceivedMessage) => Promise<Hl7Receipt>;
  readonly observer: IngestObserver;
  /** The time now. */
  readonly clock: () => Date;
}

/**
 * An HL7 v2 message in the body, answered with an acknowledgment. It is taken as a whole or refused as a whole.
 *
 * The status says to HTTP what MSA-1 says to HL7, for gateways that look at one of them only: 202 with AA; 422 with AE and 400
 * with AR, which are not to be sent again as they are; 503 with AE, which are.
 */
export function hl7Intake(receiver: Hl7Receiver): Intake {
  return {
    mediaTypes: HL7_MEDIA_TYPES,
    charsets: HL7_CHARSETS,
    bodyBytesMax: BODY_BYTES_MAX,
    answers: { accepts: acceptsHl7, legal: HL7_MEDIA_TYPES.join(' and ') },
    post: async (context, body) => answerMessage(context, body, receiver),
    refusal: (refusal) => refusalOf(refusal, receiver.clock()),
  };
}

async function answerMessage(
  context: ApiContext,
  { bytes, charset }: IntakeBody,
  { receive, observer, clock }: Hl7Receiver,
): Promise<Answer> {
  const now = clock();
  const counts = { ...senderOf(context), form: 'hl7v2' as const };
  let header: Segment | undefined;
  try {
    const text = decodeMessage(bytes, charset);
    const message = parseMessage(text);
    ({ header } = message);
    requireWhole(message);
    const { acceptedCount, delayedCount, warnings } = await receive({
      ...message,
      bytes: selfContained(bytes, text),
      receivedAt: now,
    });
    observer({ ...counts, acceptedCount, refusedCount: warnings.length, delayedCount });
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
    ...(status === 503 ? { headers: RETRY } : {}),
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
