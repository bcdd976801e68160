import { paddedText } from './dummy-value';
import type { Notation } from '../dicom/data-set';
import { elementOf, groupOf } from '../dicom/tag';

/** How a data set is written. */
export type Encoding = Notation;

export const EXPLICIT_LITTLE_ENDIAN: Encoding = { explicitVr: true, bigEndian: false };

/** An element of text that is put in; UI is padded by a NUL. */
export interface TextElement {
  readonly tag: number;
  readonly vr: string;
  readonly text: string;
}

const UNDEFINED_LENGTH = 0xffffffff;
const SHORT_LENGTH_MAX = 0xfffe;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;

/** VRs whose length has 32 bits in explicit VR (DICOM PS3.5, Table 7.1-1). */
const LONG_LENGTH: ReadonlySet<string> = new Set([
  ...['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'],
]);

/**
 * Tag, VR and length of an element (DICOM PS3.5, 7.1.2 and 7.1.3).
 *
 * @param lengthBytes of the value, even; `undefined` for an undefined length.
 */
export function elementHeader(encoding: Encoding, tag: number, vr: string, lengthBytes: number | undefined): Buffer {
  const length = lengthBytes ?? UNDEFINED_LENGTH;
  if (!encoding.explicitVr) return Buffer.concat([tagBytes(encoding, tag), uint32(encoding, length)]);
  const name = Buffer.from(vr, 'latin1');
  const lengthField = LONG_LENGTH.has(vr)
    ? Buffer.concat([Buffer.alloc(2), uint32(encoding, length)])
    : uint16(encoding, length);
  return Buffer.concat([tagBytes(encoding, tag), name, lengthField]);
}

/** Whether a length can be written: in explicit VR, that of most VRs has 16 bits, and is even. */
export function fitsHeader({ explicitVr }: Encoding, vr: string, lengthBytes: number): boolean {
  return !explicitVr || LONG_LENGTH.has(vr) || lengthBytes <= SHORT_LENGTH_MAX;
}

/** A whole element. */
export function element(encoding: Encoding, tag: number, vr: string, value: Buffer): Buffer {
  return Buffer.concat([elementHeader(encoding, tag, vr, value.length), value]);
}

/** A whole element of text, padded. */
export function textElement(encoding: Encoding, { tag, vr, text }: TextElement): Buffer {
  return element(encoding, tag, vr, paddedText(text, vr === 'UI' ? '\0' : ' '));
}

/** @param lengthBytes of the Item. Default: undefined, since how long it will be is not known when it begins. */
export function itemStart(encoding: Encoding, lengthBytes = UNDEFINED_LENGTH): Buffer {
  return Buffer.concat([tagBytes(encoding, ITEM), uint32(encoding, lengthBytes)]);
}

export function itemEnd(encoding: Encoding): Buffer {
  return Buffer.concat([tagBytes(encoding, ITEM_END), uint32(encoding, 0)]);
}

export function sequenceEnd(encoding: Encoding): Buffer {
  return Buffer.concat([tagBytes(encoding, SEQUENCE_END), uint32(encoding, 0)]);
}

/** A sequence of Items, each of elements of text. */
export function textSequence(encoding: Encoding, tag: number, items: readonly (readonly TextElement[])[]): Buffer {
  const encoded = items.flatMap((elements) => [
    itemStart(encoding),
    ...elements.map((one) => textElement(encoding, one)),
    itemEnd(encoding),
  ]);
  return Buffer.concat([elementHeader(encoding, tag, 'SQ', undefined), ...encoded, sequenceEnd(encoding)]);
}

function tagBytes(encoding: Encoding, tag: number): Buffer {
  return Buffer.concat([uint16(encoding, groupOf(tag)), uint16(encoding, elementOf(tag))]);
}

function uint16({ bigEndian }: Encoding, number: number): Buffer {
  const bytes = Buffer.alloc(2);
  if (bigEndian) bytes.writeUInt16BE(number);
  else bytes.writeUInt16LE(number);
  return bytes;
}

function uint32({ bigEndian }: Encoding, number: number): Buffer {
  const bytes = Buffer.alloc(4);
  if (bigEndian) bytes.writeUInt32BE(number);
  else bytes.writeUInt32LE(number);
  return bytes;
}
