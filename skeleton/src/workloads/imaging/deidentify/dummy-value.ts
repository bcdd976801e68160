/** Text in place of text; no patient, institution or device is called so, and it is a legal value of every VR of text. */
export const REMOVED = 'REMOVED';

const TEXT: Readonly<Record<string, string>> = {
  AE: REMOVED,
  AS: '000Y',
  CS: REMOVED,
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: REMOVED,
  LT: REMOVED,
  PN: REMOVED,
  SH: REMOVED,
  ST: REMOVED,
  TM: '000000',
  UC: REMOVED,
  UR: 'urn:removed',
  UT: REMOVED,
};

/** Bytes of one value (DICOM PS3.5, 6.2); of OB two, since a value has an even length. */
const BYTES: Readonly<Record<string, number>> = {
  AT: 4,
  FD: 8,
  FL: 4,
  OB: 2,
  OD: 8,
  OF: 4,
  OL: 4,
  OV: 8,
  OW: 2,
  SL: 4,
  SS: 2,
  SV: 8,
  UL: 4,
  UN: 2,
  US: 2,
  UV: 8,
};

/**
 * A legal value of a VR that says nothing, of even length: one value, and zero where it is a number.
 *
 * @throws RangeError for a VR that has no such value: SQ, whose Items are gone through, and UI, which is mapped.
 */
export function dummyValue(vr: string): Buffer {
  const text = TEXT[vr];
  if (text !== undefined) return paddedText(text, ' ');
  const bytes = BYTES[vr];
  if (bytes === undefined) throw new RangeError(`There is no dummy value of the VR ${vr}`);
  return Buffer.alloc(bytes);
}

/** Text as bytes of even length (DICOM PS3.5, 6.2): UI is padded by a NUL, all else by a space. */
export function paddedText(text: string, padding: ' ' | '\0'): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : `${text}${padding}`, 'latin1');
}
