import { randomBytes } from 'node:crypto';

export interface TestInstance {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  /** DICOM Part 10, Explicit VR Little Endian. */
  readonly bytes: Buffer;
}

export interface TestInstanceOptions {
  /** Bytes of pixel data, an even number. Default 1 000. */
  readonly pixelBytes?: number;
  readonly studyInstanceUid?: string;
  readonly seriesInstanceUid?: string;
  readonly sopInstanceUid?: string;
  /** Patient ID (0010,0020). Default: none. */
  readonly patientId?: string;
}

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const LONG_FORM = new Set(['OB', 'OW', 'SQ', 'UN']);

/** A small whole instance with random pixels: no two have the same bytes. */
export function makeInstance(options: TestInstanceOptions = {}): TestInstance {
  const studyInstanceUid = options.studyInstanceUid ?? randomUid();
  const seriesInstanceUid = options.seriesInstanceUid ?? randomUid();
  const sopInstanceUid = options.sopInstanceUid ?? randomUid();
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', uid(SECONDARY_CAPTURE)),
    element(0x0002, 0x0003, 'UI', uid(sopInstanceUid)),
    element(0x0002, 0x0010, 'UI', uid(EXPLICIT_LITTLE_ENDIAN)),
    element(0x0002, 0x0012, 'UI', uid('1.2.3.4')),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const bytes = Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', length),
    meta,
    element(0x0008, 0x0016, 'UI', uid(SECONDARY_CAPTURE)),
    element(0x0008, 0x0018, 'UI', uid(sopInstanceUid)),
    element(0x0010, 0x0010, 'PN', Buffer.from('Doe^Jane')),
    ...(options.patientId === undefined ? [] : [element(0x0010, 0x0020, 'LO', padded(options.patientId))]),
    element(0x0020, 0x000d, 'UI', uid(studyInstanceUid)),
    element(0x0020, 0x000e, 'UI', uid(seriesInstanceUid)),
    element(0x7fe0, 0x0010, 'OW', randomBytes(options.pixelBytes ?? 1_000)),
  ]);
  return { studyInstanceUid, seriesInstanceUid, sopInstanceUid, bytes };
}

/** PS3.5, annex B.2: a UID made of a UUID. */
function randomUid(): string {
  return `2.25.${BigInt(`0x${randomBytes(12).toString('hex')}`)}`;
}

/** PS3.5, section 9.1: padded to an even length with a NULL. */
function uid(value: string): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : `${value}\0`, 'latin1');
}

/** PS3.5, section 7.1.2: an element with explicit value representation. */
function element(group: number, number: number, vr: string, value: Buffer): Buffer {
  const isLong = LONG_FORM.has(vr);
  const header = Buffer.alloc(isLong ? 12 : 8);
  header.writeUInt16LE(group, 0);
  header.writeUInt16LE(number, 2);
  header.write(vr, 4, 'latin1');
  if (isLong) header.writeUInt32LE(value.length, 8);
  else header.writeUInt16LE(value.length, 6);
  return Buffer.concat([header, value]);
}

function padded(text: string): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1');
}
