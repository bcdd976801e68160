import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../../../runtime/http/security-headers';

/**
 * Why a request was not done, for programs: the closed list of `code` in problem documents. A file that is refused as DICOM has
 * the code of its `DicomFault` instead.
 */
export const PROBLEM_CODES = [
  'audit_unavailable',
  'certificate_missing',
  'checksum_invalid',
  'checksum_mismatch',
  'database_unavailable',
  'forbidden',
  'frame_unavailable',
  'header_invalid',
  'internal',
  'length_invalid',
  'length_required',
  'media_type_unsupported',
  'method_not_allowed',
  'multipart_invalid',
  'not_acceptable',
  'not_found',
  'offset_conflict',
  'parameter_invalid',
  'part_too_large',
  'preview_unavailable',
  'range_invalid',
  'request_incomplete',
  'request_too_large',
  'storage_unavailable',
  'study_mismatch',
  'tus_version_unsupported',
  'upload_expired',
  'upload_finished',
  'upload_locked',
  'upload_refused',
  'upload_terminated',
  'upload_too_large',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Title of each status that is answered: the reason phrases of RFC 9110, section 15, and of RFC 4918 for 423. */
const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  423: 'Locked',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
} as const;
export type ProblemStatus = keyof typeof TITLES;

export interface ProblemOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A problem document (RFC 9457). */
export interface ProblemDocument {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}

/**
 * A request that is not done, with what its sender is told.
 *
 * `detail` is for people: what is wrong, what is legal, what to do. It must not repeat what came from a data set, a path or a file
 * name.
 */
export class Problem extends Error {
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: ProblemStatus,
    readonly code: string,
    readonly detail: string,
    { headers = {}, cause }: ProblemOptions = {},
  ) {
    super(detail, { cause });
    this.name = 'Problem';
    this.headers = headers;
  }

  toJSON(): ProblemDocument {
    const { status, detail, code } = this;
    return { type: 'about:blank', title: TITLES[status], status, detail, code };
  }
}

export const PROBLEM_JSON = 'application/problem+json';

/** Answers with a problem document. Nothing may have been answered before. */
export function sendProblem(response: ServerResponse, problem: Problem): void {
  const body = JSON.stringify(problem);
  response.writeHead(problem.status, {
    ...SECURITY_HEADERS,
    ...problem.headers,
    'Content-Type': PROBLEM_JSON,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
