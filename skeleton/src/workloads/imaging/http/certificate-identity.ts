import type { IncomingMessage } from 'node:http';
import { Problem } from './problem';

/**
 * Header in which the gateway says who asks: `context.identity.clientCert.subjectDN`, the distinguished name of the subject of the
 * client certificate that it verified (API Gateway, "API Gateway mapping template and access logging variable reference"). The
 * gateway overwrites what a client sent by this name, and nothing but the gateway reaches this program.
 */
export const SUBJECT_HEADER = 'X-Client-Certificate-Subject';

/** A distinguished name may have many parts; a longer one than this is a mistake or an attack. */
const SUBJECT_CHARACTERS_MAX = 1_024;
/** Header values have no control characters (RFC 9110, 5.5); bytes above 7F may be letters of a name. */
const SUBJECT = /^[\x20-\x7e\x80-\xff]+$/;

/**
 * Who sent a request: the whole subject, such as `CN=pacs.hospital.example,O=Hospital,C=BR`.
 *
 * @throws Problem 401 without one.
 */
export function certificateSubject(request: IncomingMessage): string {
  const value = request.headers[SUBJECT_HEADER.toLowerCase()];
  const subject = typeof value === 'string' ? value.trim() : '';
  if (subject.length > 0 && subject.length <= SUBJECT_CHARACTERS_MAX && SUBJECT.test(subject)) return subject;
  throw new Problem(
    401,
    'certificate_missing',
    'The request came without a client certificate. Send it through the gateway, with a certificate that its truststore knows.',
  );
}
