import { ERRORS } from '@tus/server';
import { UPLOAD_BYTES_MAX } from './limits';
import { Problem } from '../http/problem';

/** An answer of the tus server that is no problem document yet. */
export interface TusAnswer {
  readonly status: number;
  readonly body: string;
}

const OFFSET = 'Ask for the offset by HEAD and go on from there.';

/** What the tus server's own errors mean, by the texts that it answers. */
const MEANINGS = new Map<string, () => Problem>([
  [
    ERRORS.INVALID_OFFSET.body,
    () => new Problem(409, 'offset_conflict', `The part does not begin where the upload ends. ${OFFSET}`),
  ],
  [ERRORS.MISSING_OFFSET.body, () => new Problem(400, 'header_invalid', 'A part needs the header Upload-Offset.')],
  [
    ERRORS.INVALID_CONTENT_TYPE.body,
    () => new Problem(415, 'media_type_unsupported', 'A part has the Content-Type application/offset+octet-stream.'),
  ],
  [
    ERRORS.INVALID_LENGTH.body,
    () =>
      new Problem(400, 'length_invalid', 'An upload needs the header Upload-Length, the size of the file in bytes.'),
  ],
  [
    ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION.body,
    () =>
      new Problem(
        400,
        'length_invalid',
        'The size of a file must be known when its upload is created: send Upload-Length.',
      ),
  ],
  [
    ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION.body,
    () =>
      new Problem(
        400,
        'header_invalid',
        'Uploads are not put together of others: send the parts of a file one after the other.',
      ),
  ],
  [
    ERRORS.INVALID_METADATA.body,
    () =>
      new Problem(
        400,
        'header_invalid',
        'Upload-Metadata is wrong: expected keys and base64 values, separated by commas.',
      ),
  ],
  [
    ERRORS.ERR_SIZE_EXCEEDED.body,
    () => new Problem(413, 'part_too_large', 'The part is longer than what is missing of the file.'),
  ],
  [ERRORS.ERR_MAX_SIZE_EXCEEDED.body, () => uploadTooLarge()],
  [ERRORS.FILE_NOT_FOUND.body, () => new Problem(404, 'not_found', 'There is no such upload of this hospital.')],
  [
    ERRORS.ABORTED.body,
    () => new Problem(423, 'upload_locked', `Another request wanted to go on with this upload. ${OFFSET}`),
  ],
]);

/** The same answer as a problem. A 400 of the tus server names headers, and no values. */
export function tusProblem({ status, body }: TusAnswer): Problem {
  const known = MEANINGS.get(body);
  if (known !== undefined) return known();
  if (status === 412) {
    const detail = 'The tus protocol is spoken in version 1.0.0: send the header Tus-Resumable: 1.0.0.';
    return new Problem(412, 'tus_version_unsupported', detail, { headers: { 'Tus-Version': '1.0.0' } });
  }
  const headers = /^Invalid ([a-z -]{1,200})\n$/.exec(body)?.[1];
  if (status === 400 && headers === 'tus-resumable') return tusProblem({ status: 412, body: '' });
  if (status === 400 && headers === 'content-type') return tusProblem(ERRORS_ANSWER);
  if (status === 400) {
    return new Problem(
      400,
      'header_invalid',
      `A header is wrong: ${headers ?? 'see the tus protocol, version 1.0.0'}.`,
    );
  }
  return new Problem(500, 'internal', 'The request failed, by no fault of its sender. Send it again later.');
}

const ERRORS_ANSWER: TusAnswer = { status: 415, body: ERRORS.INVALID_CONTENT_TYPE.body };

export function uploadTooLarge(): Problem {
  const headers = { 'Tus-Max-Size': String(UPLOAD_BYTES_MAX) };
  return new Problem(413, 'upload_too_large', `A file has at most ${UPLOAD_BYTES_MAX} bytes.`, { headers });
}
