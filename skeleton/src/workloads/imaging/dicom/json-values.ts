import type { TextDecoding } from './character-sets';
import { withoutPadding } from './padding';
import { tagDigits } from './tag';

/** How numbers in bytes are read: their size, and how. Numbers beyond what JSON holds exactly become text (DICOM PS3.18, F.2.2). */
const NUMBERS: Readonly<
  Record<string, { readonly sizeBytes: number; readonly read: (bytes: Buffer, at: number, big: boolean) => unknown }>
> = {
  US: { sizeBytes: 2, read: (bytes, at, big) => (big ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at)) },
  SS: { sizeBytes: 2, read: (bytes, at, big) => (big ? bytes.readInt16BE(at) : bytes.readInt16LE(at)) },
  UL: { sizeBytes: 4, read: (bytes, at, big) => (big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) },
  SL: { sizeBytes: 4, read: (bytes, at, big) => (big ? bytes.readInt32BE(at) : bytes.readInt32LE(at)) },
  UV: { sizeBytes: 8, read: (bytes, at, big) => exact(big ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at)) },
  SV: { sizeBytes: 8, read: (bytes, at, big) => exact(big ? bytes.readBigInt64BE(at) : bytes.readBigInt64LE(at)) },
  FL: { sizeBytes: 4, read: (bytes, at, big) => finite(big ? bytes.readFloatBE(at) : bytes.readFloatLE(at)) },
  FD: { sizeBytes: 8, read: (bytes, at, big) => finite(big ? bytes.readDoubleBE(at) : bytes.readDoubleLE(at)) },
  AT: {
    sizeBytes: 4,
    read: (bytes, at, big) =>
      tagDigits(big ? bytes.readUInt32BE(at) : bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2)),
  },
};

/** Bytes that are no text and no numbers for people. */
const BINARY: ReadonlySet<string> = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const BINARY_NUMBER_BYTES: Readonly<Record<string, number>> = { OD: 8, OF: 4, OL: 4, OV: 8, OW: 2 };
/** Text in the data set's character set (DICOM PS3.5, 6.1.2.3). */
const LOCAL_TEXT: ReadonlySet<string> = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
/** Text that has one value, in which a backslash is a letter; spaces at its beginning say something (PS3.5, 6.2). */
const WHOLE_TEXT: ReadonlySet<string> = new Set(['LT', 'ST', 'UR', 'UT']);

const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

export function isBinary(vr: string): boolean {
  return BINARY.has(vr);
}

/** In base64, numbers in little endian whatever the file has (DICOM PS3.18, F.2.7). */
export function inlineBinary(vr: string, value: Buffer, bigEndian: boolean): string {
  const sizeBytes = bigEndian ? (BINARY_NUMBER_BYTES[vr] ?? 1) : 1;
  if (sizeBytes === 1 || value.length % sizeBytes !== 0) return value.toString('base64');
  const bytes = Buffer.from(value);
  for (let at = 0; at < bytes.length; at += sizeBytes) bytes.subarray(at, at + sizeBytes).reverse();
  return bytes.toString('base64');
}

/**
 * Values of an element in DICOM JSON (PS3.18, F.2.3 to F.2.5), `null` for one that is empty among others.
 *
 * @param value as the file has it, padding included.
 */
export function jsonValues(vr: string, value: Buffer, bigEndian: boolean, decoding: TextDecoding): unknown[] {
  const number = NUMBERS[vr];
  if (number !== undefined) {
    const count = Math.floor(value.length / number.sizeBytes);
    return Array.from({ length: count }, (_, index) => number.read(value, index * number.sizeBytes, bigEndian));
  }
  const decoded = LOCAL_TEXT.has(vr) ? decoding.decode(value) : value.toString('latin1');
  // No text of DICOM's has a NULL in it but for padding, and no database takes one.
  const text = decoded.replaceAll('\0', '');
  const values = WHOLE_TEXT.has(vr)
    ? [withoutPadding(text)]
    : text.split('\\').map((part) => withoutPadding(part.replace(/^ +/, '')));
  if (values.every((part) => part === '')) return [];
  return values.map((part) => (part === '' ? null : jsonValue(vr, part)));
}

function jsonValue(vr: string, text: string): unknown {
  if (vr === 'PN') {
    const groups = text.split('=').map((group, index) => [NAME_GROUPS[index] ?? '', group.trim()] as const);
    return Object.fromEntries(groups.filter(([name, group]) => name !== '' && group !== ''));
  }
  // What is no number, though it should be one, is shown as it is.
  if (vr === 'DS' || vr === 'IS') return isNumber(text) ? Number(text) : text;
  return text;
}

/** Numbers too large for JavaScript would become infinite, which JSON does not have. */
function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text));
}

function exact(number: bigint): number | string {
  return Number.isSafeInteger(Number(number)) ? Number(number) : number.toString();
}

/** JSON has no infinity and no NaN. */
function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}
