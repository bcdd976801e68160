import { acceptsDicomJson, DICOM_JSON, stowBoundary } from './media-type';
import { type MultipartPart, readMultipart } from './multipart';
import { type InstanceOutcome, storeResponse, storeStatus } from './store-response';
import type { StowIntake, StowTarget } from './stow-intake';
import type { Hospitals } from '../../http/hospitals';
import { Problem } from '../../http/problem';
import { problemOf } from '../../http/request-handler';
import type { Exchange, Route } from '../../http/route';
import { STOW_BYTES_MAX } from '../limits';

export interface StowRoutesOptions {
  readonly intake: StowIntake;
  readonly hospitals: Hospitals;
  /** Where studies are retrieved from, without a slash at its end. */
  readonly publicUrl: string;
}

/** Instances of one request that are looked at: each costs a file and a transaction, and a part can be a few bytes long. */
const INSTANCES_MAX = 1_000;
/** PS3.5, section 9.1. */
const UID = /^(?=.{1,64}$)(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+$/;

/** STOW-RS, the Store Transaction (PS3.18, section 10.5), for studies that fit one request. */
export function stowRoutes(options: StowRoutesOptions): readonly Route[] {
  const handle = async (exchange: Exchange) => store(exchange, options);
  return [
    { method: 'POST', path: '/studies', handle },
    { method: 'POST', path: '/studies/:study', handle },
  ];
}

async function store(exchange: Exchange, { intake, hospitals, publicUrl }: StowRoutesOptions): Promise<void> {
  const { request, response, parameters } = exchange;
  const studyInstanceUid = parameters.study;
  if (studyInstanceUid !== undefined && !UID.test(studyInstanceUid)) {
    throw new Problem(400, 'parameter_invalid', 'The study in the path is no UID (PS3.5, section 9.1).');
  }
  const boundary = checkHeaders(exchange);
  const hospitalId = await hospitals.findOrAdd(exchange.subject);
  const outcomes: InstanceOutcome[] = [];
  try {
    for await (const part of readMultipart(request.iterator({ destroyOnReturn: false }), boundary)) {
      outcomes.push(
        outcomes.length < INSTANCES_MAX
          ? await takeOne(intake, part, { hospitalId, studyInstanceUid }, outcomes)
          : { reference: undefined, code: 'request_too_large' },
      );
    }
  } catch (error) {
    outcomes.push(failed(error, outcomes));
  }
  if (outcomes.length === 0) throw new Problem(400, 'multipart_invalid', 'The body has no part.');
  const body = JSON.stringify(storeResponse(outcomes, publicUrl));
  exchange.returned(outcomes.length);
  response.writeHead(storeStatus(outcomes), { 'Content-Type': DICOM_JSON, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

async function takeOne(
  intake: StowIntake,
  part: MultipartPart,
  target: StowTarget,
  before: readonly InstanceOutcome[],
): Promise<InstanceOutcome> {
  try {
    return await intake.take(part, target);
  } catch (error) {
    // A body that is wrong has no next part.
    if (error instanceof Problem) throw error;
    return failed(error, before);
  }
}

/** Once an instance is received, its sender has to hear of it, whatever becomes of those after it. */
function failed(error: unknown, before: readonly InstanceOutcome[]): InstanceOutcome {
  if (before.every(({ code }) => code !== undefined)) throw error;
  return { reference: undefined, code: problemOf(error).code };
}

/** @returns the boundary. @throws Problem 400, 406, 411, 413 or 415. */
function checkHeaders({ request: { headers } }: Exchange): string {
  const boundary = stowBoundary(headers['content-type']);
  if (!acceptsDicomJson(headers.accept)) {
    throw new Problem(406, 'not_acceptable', `The answer is ${DICOM_JSON}, and nothing else.`);
  }
  if (headers['content-length'] === undefined) {
    throw new Problem(411, 'length_required', 'A request with a body needs the header Content-Length.');
  }
  if (Number(headers['content-length']) <= STOW_BYTES_MAX) return boundary;
  throw new Problem(
    413,
    'request_too_large',
    `A request has at most ${STOW_BYTES_MAX} bytes. Send larger instances in parts, by the tus protocol, to /uploads.`,
  );
}
