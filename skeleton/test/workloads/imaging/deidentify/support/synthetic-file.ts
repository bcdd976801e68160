import { deflateRawSync } from 'node:zlib';
import {
  element,
  elementHeader,
  type Encoding,
  EXPLICIT_LITTLE_ENDIAN,
  itemEnd,
  itemStart,
  sequenceEnd,
  textElement,
} from '../../../../../src/workloads/imaging/deidentify/encoding';

/** An element of a data set that is made for a test. */
export interface SyntheticElement {
  readonly tag: number;
  readonly vr: string;
  /** Text, bytes of even length, or the Items of a sequence. */
  readonly value: string | Buffer | readonly SyntheticItem[];
  /** Of a sequence, and of its Items: whether lengths are written. Default: no. */
  readonly definedLength?: boolean;
}
export type SyntheticItem = readonly SyntheticElement[];

export const TRANSFER_SYNTAXES = {
  implicit: { uid: '1.2.840.10008.1.2', encoding: { explicitVr: false, bigEndian: false } },
  explicit: { uid: '1.2.840.10008.1.2.1', encoding: EXPLICIT_LITTLE_ENDIAN },
  deflated: { uid: '1.2.840.10008.1.2.1.99', encoding: EXPLICIT_LITTLE_ENDIAN },
  bigEndian: { uid: '1.2.840.10008.1.2.2', encoding: { explicitVr: true, bigEndian: true } },
} as const;
export type TransferSyntaxName = keyof typeof TRANSFER_SYNTAXES;

export const SYNTHETIC_CLASS = '1.2.840.10008.5.1.4.1.1.2';
export const SYNTHETIC_INSTANCE = '1.2.826.0.1.3680043.9.1.1';
export const SYNTHETIC_SERIES = '1.2.826.0.1.3680043.9.1.2';
export const SYNTHETIC_STUDY = '1.2.826.0.1.3680043.9.1.3';

/** What a data set has at the least; what is given replaces it. */
const LEAST: readonly SyntheticElement[] = [
  { tag: 0x00080016, vr: 'UI', value: SYNTHETIC_CLASS },
  { tag: 0x00080018, vr: 'UI', value: SYNTHETIC_INSTANCE },
  { tag: 0x0020000d, vr: 'UI', value: SYNTHETIC_STUDY },
  { tag: 0x0020000e, vr: 'UI', value: SYNTHETIC_SERIES },
];

/** A Part 10 file. Its preamble, and its file meta information, name a person, a machine and a private creator. */
export function syntheticFile(
  elements: readonly SyntheticElement[],
  { transferSyntax = 'explicit' }: { readonly transferSyntax?: TransferSyntaxName } = {},
): Buffer {
  const { uid, encoding } = TRANSFER_SYNTAXES[transferSyntax];
  const given = new Set(elements.map(({ tag }) => tag));
  const all = [...LEAST.filter(({ tag }) => !given.has(tag)), ...elements].sort((one, other) => one.tag - other.tag);
  const body = dataSet(encoding, all);
  const of = (tag: number) => all.find((one) => one.tag === tag)?.value;
  const meta = Buffer.concat([
    element(EXPLICIT_LITTLE_ENDIAN, 0x00020001, 'OB', Buffer.from([0, 1])),
    ...(
      [
        [0x00020002, 'UI', of(0x00080016)],
        [0x00020003, 'UI', of(0x00080018)],
        [0x00020010, 'UI', uid],
        [0x00020012, 'UI', '1.2.826.0.1.3680043.9.9'],
        [0x00020013, 'SH', 'METAVERSION'],
        [0x00020016, 'AE', 'METASOURCE'],
        [0x00020100, 'UI', '1.2.826.0.1.3680043.9.8'],
        [0x00020102, 'OB', 'METAPRIVATE!'],
      ] as const
    ).map(([tag, vr, value]) => textElement(EXPLICIT_LITTLE_ENDIAN, { tag, vr, text: String(value) })),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const preamble = Buffer.alloc(128);
  preamble.write('PREAMBLEPERSON');
  return Buffer.concat([
    preamble,
    Buffer.from('DICM'),
    element(EXPLICIT_LITTLE_ENDIAN, 0x00020000, 'UL', length),
    meta,
    transferSyntax === 'deflated' ? padded(deflateRawSync(body)) : body,
  ]);
}

function dataSet(encoding: Encoding, elements: readonly SyntheticElement[]): Buffer {
  return Buffer.concat(elements.map((one) => encoded(encoding, one)));
}

function encoded(encoding: Encoding, { tag, vr, value, definedLength = false }: SyntheticElement): Buffer {
  if (typeof value === 'string') return textElement(encoding, { tag, vr, text: value });
  if (Buffer.isBuffer(value)) return element(encoding, tag, vr, value);
  const items = value.map((item) => dataSet(encoding, item));
  if (definedLength) {
    const content = Buffer.concat(items.map((item) => Buffer.concat([itemWithLength(encoding, item.length), item])));
    return Buffer.concat([elementHeader(encoding, tag, vr, content.length), content]);
  }
  return Buffer.concat([
    elementHeader(encoding, tag, vr, undefined),
    ...items.flatMap((item) => [itemStart(encoding), item, itemEnd(encoding)]),
    sequenceEnd(encoding),
  ]);
}

/** An Item's header has the form of an element's without VR, in explicit VR too. */
function itemWithLength(encoding: Encoding, length: number): Buffer {
  return elementHeader({ ...encoding, explicitVr: false }, 0xfffee000, '', length);
}

function padded(bytes: Buffer): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}
