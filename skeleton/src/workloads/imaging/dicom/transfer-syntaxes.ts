/** How a data set and its pixels are written. */
export interface TransferSyntax {
  readonly explicitVr: boolean;
  readonly bigEndian: boolean;
  /** The data set behind the file meta information is compressed as a whole. */
  readonly deflated: boolean;
  /** Pixels are in fragments, compressed by a codec, or by none where the syntax says so. */
  readonly codec: Codec;
}

export type Codec = 'native' | 'encapsulated' | 'rle' | 'jpeg' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'other';

export const IMPLICIT_LITTLE_ENDIAN_UID = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE_ENDIAN_UID = '1.2.840.10008.1.2.1';

const EXPLICIT: TransferSyntax = { explicitVr: true, bigEndian: false, deflated: false, codec: 'native' };

const encapsulated = (codec: Codec): TransferSyntax => ({ ...EXPLICIT, codec });

/** The standard's transfer syntaxes whose pixels are in the file (DICOM PS3.6, Table A-1). */
const TRANSFER_SYNTAXES: ReadonlyMap<string, TransferSyntax> = new Map([
  [IMPLICIT_LITTLE_ENDIAN_UID, { ...EXPLICIT, explicitVr: false }],
  [EXPLICIT_LITTLE_ENDIAN_UID, EXPLICIT],
  ['1.2.840.10008.1.2.1.98', encapsulated('encapsulated')],
  ['1.2.840.10008.1.2.1.99', { ...EXPLICIT, deflated: true }],
  ['1.2.840.10008.1.2.2', { ...EXPLICIT, bigEndian: true }],
  ['1.2.840.10008.1.2.5', encapsulated('rle')],
  // JPEG: baseline and extended, 8 and 12 bits.
  ...['50', '51', '52', '53', '54', '55', '56', '59', '60', '61', '62', '63', '64'].map(
    (last): [string, TransferSyntax] => [`1.2.840.10008.1.2.4.${last}`, encapsulated('jpeg')],
  ),
  ...['57', '58', '65', '66', '70'].map((last): [string, TransferSyntax] => [
    `1.2.840.10008.1.2.4.${last}`,
    encapsulated('jpeg-lossless'),
  ]),
  ...['80', '81'].map((last): [string, TransferSyntax] => [`1.2.840.10008.1.2.4.${last}`, encapsulated('jpeg-ls')]),
  ...['90', '91', '92', '93'].map((last): [string, TransferSyntax] => [
    `1.2.840.10008.1.2.4.${last}`,
    encapsulated('jpeg-2000'),
  ]),
  // MPEG-2, MPEG-4, HEVC, JPEG XL, High-Throughput JPEG 2000: kept as they are, and not decoded.
  ...['100', '100.1', '101', '101.1', '102', '102.1', '103', '103.1', '104', '104.1', '105', '105.1', '106', '106.1']
    .concat(['107', '108', '110', '111', '112', '201', '202', '203'])
    .map((last): [string, TransferSyntax] => [`1.2.840.10008.1.2.4.${last}`, encapsulated('other')]),
]);

/** `undefined` for one that is not of the standard, or whose pixels are not in the file. */
export function transferSyntaxOf(uid: string): TransferSyntax | undefined {
  return TRANSFER_SYNTAXES.get(uid);
}
