import { type MediaRange, notAcceptable } from '../accept';

/** How DICOM instances are to be answered. */
export interface Representation {
  /** All in one body with boundaries, or the one that there is as it is. */
  readonly form: 'multipart' | 'single';
  /** Whether an instance that is stored in a transfer syntax may be answered. Nothing is converted. */
  accepts(transferSyntaxUid: string): boolean;
}

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/**
 * Transfer syntaxes of lossy compression. Whoever names no transfer syntax asks for Explicit VR Little Endian, unless there is the
 * lossy form alone (DICOM PS3.18, 8.7.3.4): JPEG Baseline and Extended, JPEG-LS near-lossless, JPEG 2000, HTJ2K, MPEG-2, MPEG-4, HEVC
 * (DICOM PS3.6, table A-1).
 */
const LOSSY = new Set([
  ...['50', '51', '81', '91', '93', '100', '101', '102', '103', '104', '105', '106', '107', '108', '203'].map(
    (last) => `1.2.840.10008.1.2.4.${last}`,
  ),
  ...['100', '101', '102', '103', '104', '105', '106'].map((syntax) => `1.2.840.10008.1.2.4.${syntax}.1`),
]);

const DICOM = 'application/dicom';
const MULTIPART = 'multipart/related';

/**
 * What `Accept` leaves for instances (DICOM PS3.18, 10.4.4 and 8.7.3). `transfer-syntax=*` is what is stored, whatever it is; a
 * request that accepts everything gets the same.
 *
 * @param single whether one instance is asked for, which may come as it is.
 * @throws Problem 406 when nothing of it is offered.
 */
export function representationOf(ranges: readonly MediaRange[], { single }: { single: boolean }): Representation {
  const offered = ranges.flatMap((range) => offerOf(range, single));
  const [best] = offered;
  if (best === undefined) {
    throw notAcceptable(
      `Accept names nothing that is offered here: expected ${MULTIPART}; type="${DICOM}"; transfer-syntax=*${single ? `, or ${DICOM}; transfer-syntax=*` : ''}.`,
    );
  }
  const syntaxes = offered.filter(({ form }) => form === best.form).map(({ syntax }) => syntax);
  return { form: best.form, accepts: (stored) => syntaxes.some((syntax) => isMet(syntax, stored)) };
}

interface Offer {
  readonly form: Representation['form'];
  /** UID, `*`, or none. */
  readonly syntax: string | undefined;
}

function offerOf({ type, parameters }: MediaRange, single: boolean): Offer[] {
  const syntax = parameters.get('transfer-syntax');
  if (type === '*/*' || type === 'multipart/*') return [{ form: 'multipart', syntax: syntax ?? '*' }];
  if (type === MULTIPART) {
    const part = parameters.get('type')?.toLowerCase();
    if (part === undefined || part === '*/*') return [{ form: 'multipart', syntax: syntax ?? '*' }];
    return part === DICOM ? [{ form: 'multipart', syntax }] : [];
  }
  if (!single) return [];
  if (type === 'application/*') return [{ form: 'single', syntax: syntax ?? '*' }];
  return type === DICOM ? [{ form: 'single', syntax }] : [];
}

function isMet(syntax: string | undefined, stored: string): boolean {
  if (syntax === undefined) return stored === EXPLICIT_LITTLE_ENDIAN || LOSSY.has(stored);
  return syntax === '*' || syntax === stored;
}
