import { deflateRawSync } from 'node:zlib';

/** How the bytes of a test's file are written. */
export interface Writing {
  readonly explicitVr?: boolean;
  readonly bigEndian?: boolean;
  readonly deflated?: boolean;
}

export const CLASS_UID = '1.2.840.10008.5.1.4.1.1.7';
export const INSTANCE_UID = '1.2.3.4.1';
export const STUDY_UID = '1.2.3.4.2';
export const SERIES_UID = '1.2.3.4.3';

export const UNDEFINED_LENGTH = 0xffffffff;
const LONG_FORM: ReadonlySet<string> = new Set(['OB', 'OW', 'SQ', 'UC', 'UN', 'UT']);

/** An element; its length can be a lie. */
export function element(
  tag: number,
  vr: string,
  value: string | Buffer,
  { explicitVr = true, bigEndian = false }: Writing = {},
  lengthBytes?: number,
): Buffer {
  const text = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const padded = text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const length = lengthBytes ?? padded.length;
  const number = (size: 2 | 4, given: number) => {
    const bytes = Buffer.alloc(size);
    if (bigEndian) bytes.writeUIntBE(given, 0, size);
    else bytes.writeUIntLE(given, 0, size);
    return bytes;
  };
  const head = [number(2, Math.floor(tag / 0x10000)), number(2, tag % 0x10000)];
  const isItem = Math.floor(tag / 0x10000) === 0xfffe;
  if (!explicitVr || isItem) head.push(number(4, length));
  else if (LONG_FORM.has(vr)) head.push(Buffer.from(`${vr}\0\0`), number(4, length));
  else head.push(Buffer.from(vr), number(2, length));
  return Buffer.concat([...head, padded]);
}

export function sequence(tag: number, items: readonly Buffer[], writing: Writing = {}): Buffer {
  const written = items.map((item) => element(0xfffee000, '', item, writing));
  return element(tag, 'SQ', Buffer.concat(written), writing);
}

/** The UIDs that a file must have, in order; those that are given replace them. */
export function leastElements(
  writing: Writing = {},
  uids: Partial<Record<'class' | 'instance' | 'study' | 'series', string>> = {},
): Buffer[] {
  return [
    element(0x00080016, 'UI', uids.class ?? CLASS_UID, writing),
    element(0x00080018, 'UI', uids.instance ?? INSTANCE_UID, writing),
    element(0x0020000d, 'UI', uids.study ?? STUDY_UID, writing),
    element(0x0020000e, 'UI', uids.series ?? SERIES_UID, writing),
  ];
}

/** A file with its file meta information. */
export function file(elements: readonly Buffer[], writing: Writing = {}): Buffer {
  const { deflated = false } = writing;
  const dataSet = Buffer.concat(elements);
  return Buffer.concat([beginning(transferSyntax(writing)), deflated ? deflateRawSync(dataSet) : dataSet]);
}

/** Preamble, prefix and file meta information, whose Transfer Syntax UID can be left out. */
export function beginning(transferSyntaxUid: string | undefined, classUid = CLASS_UID): Buffer {
  const meta = [element(0x00020002, 'UI', classUid), element(0x00020003, 'UI', INSTANCE_UID)];
  if (transferSyntaxUid !== undefined) meta.push(element(0x00020010, 'UI', transferSyntaxUid));
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), ...meta]);
}

function transferSyntax({ explicitVr = true, bigEndian = false, deflated = false }: Writing): string {
  if (deflated) return '1.2.840.10008.1.2.1.99';
  if (bigEndian) return '1.2.840.10008.1.2.2';
  return explicitVr ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2';
}
