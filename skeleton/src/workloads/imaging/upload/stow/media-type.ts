import { MIMEType } from 'node:util';
import { Problem } from '../../http/problem';

export const DICOM = 'application/dicom';
export const DICOM_JSON = 'application/dicom+json';

/**
 * The boundary of a STOW-RS request's body: `multipart/related; type="application/dicom"; boundary=…` (PS3.18, 8.7.1 and 10.5.1).
 *
 * @throws Problem 415 for another media type, 400 without a boundary.
 */
export function stowBoundary(contentType: string | undefined): string {
  const type = parse(contentType ?? '');
  if (type?.essence !== 'multipart/related' || type.params.get('type')?.toLowerCase() !== DICOM) {
    throw new Problem(
      415,
      'media_type_unsupported',
      `Instances come in parts of one body: send the Content-Type multipart/related; type="${DICOM}" with its boundary.`,
    );
  }
  const boundary = type.params.get('boundary');
  if (boundary) return boundary;
  throw new Problem(400, 'multipart_invalid', 'The Content-Type names no boundary.');
}

/** Whether a part says that it is an instance. Parameters, such as the transfer syntax, are what the instance itself says better. */
export function isDicom(contentType: string | undefined): boolean {
  return parse(contentType ?? '')?.essence === DICOM;
}

/** Whether an `Accept` header lets the answer be DICOM JSON, which is the only form that answers have. */
export function acceptsDicomJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const type = parse(range.trim());
    if (type === undefined || Number(type.params.get('q') ?? 1) === 0) return false;
    return ['*/*', 'application/*', 'application/json', DICOM_JSON].includes(type.essence);
  });
}

function parse(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text);
  } catch {
    return undefined;
  }
}
