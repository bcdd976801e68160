import { Problem } from '../http/problem';

/** Key of `Upload-Metadata` by which a sender says the SHA-256 of the whole file. */
export const CHECKSUM_KEY = 'sha256';

const HEX = /^[0-9a-f]{64}$/i;
/** 32 bytes: 43 characters and one of padding, of which the last has four bits that are zero. */
const BASE64 = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/**
 * Reads the SHA-256 that a sender claims, in hexadecimal or base64.
 *
 * @throws Problem 400 when it is neither.
 */
export function parseChecksum(text: string): Buffer {
  if (HEX.test(text)) return Buffer.from(text, 'hex');
  if (BASE64.test(text)) return Buffer.from(text, 'base64');
  throw new Problem(
    400,
    'checksum_invalid',
    'The metadata sha256 is no SHA-256: expected 64 hexadecimal digits, or the 44 characters of its base64.',
  );
}
