import type { KnownIdentifiers } from './known-identifiers';
import { isUidValue } from './uids';

/** What each of several values looks like (DICOM PS3.5, 6.2); a value is empty, too, where it has several. */
const FORMS: Readonly<Record<string, RegExp>> = {
  AS: /^(\d{3}[DWMY])?$/,
  CS: /^[A-Za-z0-9 _.-]{0,16}$/,
  DS: /^([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)?$/,
  IS: /^([+-]?\d{1,12})?$/,
};

const TEXT: ReadonlySet<string> = new Set(['CS', 'LO', 'SH', 'UC', 'UR']);

/** Whether bytes of this VR mean the same in big and little endian. */
export function isText(vr: string): boolean {
  return isLookedAt(vr) || ['AE', 'DA', 'DT', 'LT', 'OB', 'PN', 'ST', 'TM', 'UT'].includes(vr);
}

/** Whether a value of this VR is looked at before it is kept. Of numbers in bytes, and of pixels, every one is legal. */
export function isLookedAt(vr: string): boolean {
  return vr === 'UI' || vr in FORMS || TEXT.has(vr);
}

/**
 * Whether a value that the profile lets stay can stay: it has the form of its VR, and nothing in it is known to identify somebody.
 *
 * @param value as the file has it, padding included.
 */
export function isSafeToKeep(vr: string, value: Buffer, identifiers: KnownIdentifiers): boolean {
  if (vr === 'UI') return isUidValue(value);
  const form = FORMS[vr];
  const hasForm = form === undefined || partsOf(value).every((part) => form.test(part));
  return hasForm && (!TEXT.has(vr) || !identifiers.isIn(value));
}

function partsOf(value: Buffer): string[] {
  return value
    .toString('latin1')
    .split('\\')
    .map((part) => part.replace(/[\0 ]+$/, '').trim());
}
