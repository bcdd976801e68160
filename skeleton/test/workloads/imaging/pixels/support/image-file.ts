/** What a made file says of its pixels, and the pixels. */
export interface ImageFile {
  /** Default: Explicit VR Little Endian. */
  readonly transferSyntaxUid?: string;
  readonly rows: number;
  readonly columns: number;
  /** Default 1. */
  readonly frames?: number;
  /** Default 1. */
  readonly samplesPerPixel?: number;
  /** Default MONOCHROME2. */
  readonly photometricInterpretation?: string;
  /** Default 0. */
  readonly planarConfiguration?: number;
  /** Default 8. */
  readonly bitsAllocated?: number;
  /** Default: as many as are allocated. */
  readonly bitsStored?: number;
  /** Default: the highest of those that are stored. */
  readonly highBit?: number;
  /** Default false. */
  readonly isSigned?: boolean;
  /** Further elements between 0028,0103 and pixel data, in order: group, element, VR, value. */
  readonly elements?: readonly (readonly [number, number, string, Buffer | string])[];
  /** Uncompressed pixels, or fragments with the table of offsets first. */
  readonly pixels: Buffer | readonly Buffer[];
}

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const RLE = '1.2.840.10008.1.2.5';

/** Makes a DICOM file of an image. */
export function imageFile(image: ImageFile): Buffer {
  const { transferSyntaxUid = EXPLICIT_LITTLE_ENDIAN, bitsAllocated = 8, pixels, elements = [] } = image;
  const { bitsStored = bitsAllocated, highBit = bitsStored - 1, samplesPerPixel = 1 } = image;
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
    element(0x0002, 0x0003, 'UI', '2.25.1'),
    element(0x0002, 0x0010, 'UI', transferSyntaxUid),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', length),
    meta,
    element(0x0008, 0x0016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
    element(0x0008, 0x0018, 'UI', '2.25.1'),
    element(0x0020, 0x000d, 'UI', '2.25.2'),
    element(0x0020, 0x000e, 'UI', '2.25.3'),
    element(0x0028, 0x0002, 'US', word(samplesPerPixel)),
    element(0x0028, 0x0004, 'CS', image.photometricInterpretation ?? 'MONOCHROME2'),
    element(0x0028, 0x0006, 'US', word(image.planarConfiguration ?? 0)),
    element(0x0028, 0x0008, 'IS', `${image.frames ?? 1}`),
    element(0x0028, 0x0010, 'US', word(image.rows)),
    element(0x0028, 0x0011, 'US', word(image.columns)),
    element(0x0028, 0x0100, 'US', word(bitsAllocated)),
    element(0x0028, 0x0101, 'US', word(bitsStored)),
    element(0x0028, 0x0102, 'US', word(highBit)),
    element(0x0028, 0x0103, 'US', word(image.isSigned === true ? 1 : 0)),
    ...elements.map((parts) => element(...parts)),
    ...(Buffer.isBuffer(pixels) ? [element(0x7fe0, 0x0010, 'OW', pixels)] : fragments(pixels)),
  ]);
}

/** An unsigned number of 16 bits. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function words(values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => word(value)));
}

/** DICOM PS3.5, 7.1.2: an element with explicit value representation. */
function element(group: number, number: number, vr: string, value: Buffer | string): Buffer {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value, 'latin1');
  const even = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const isLong = ['OB', 'OV', 'OW'].includes(vr);
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(even.length, 8);
  else head.writeUInt16LE(even.length, 6);
  return Buffer.concat([head, even]);
}

/** PS3.5, A.4: pixel data of undefined length, made of Items. */
function fragments(items: readonly Buffer[]): Buffer[] {
  const head = Buffer.from('e07f10004f420000ffffffff', 'hex');
  const end = Buffer.from('feffdde000000000', 'hex');
  const parts = items.flatMap((item) => {
    const itemHead = Buffer.from('feff00e000000000', 'hex');
    itemHead.writeUInt32LE(item.length, 4);
    return [itemHead, item];
  });
  return [head, ...parts, end];
}
