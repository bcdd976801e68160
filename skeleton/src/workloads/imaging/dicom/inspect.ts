import type { ByteSource } from './byte-source';
import type { ValueElement } from './data-set';
import { DicomFault, type DicomFaultCode } from './dicom-fault';
import { tagName } from './dictionary';
import { withoutPadding } from './padding';
import { openPart10 } from './part10';

/** What a DICOM file is, by its UIDs. */
export interface Part10Summary {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly transferSyntaxUid: string;
}

type SummaryKey = Exclude<keyof Part10Summary, 'transferSyntaxUid'>;

const UIDS: ReadonlyMap<number, { readonly key: SummaryKey; readonly missing: DicomFaultCode }> = new Map([
  [0x00080016, { key: 'sopClassUid', missing: 'sop_class_uid_missing' }],
  [0x00080018, { key: 'sopInstanceUid', missing: 'sop_instance_uid_missing' }],
  [0x0020000d, { key: 'studyInstanceUid', missing: 'study_instance_uid_missing' }],
  [0x0020000e, { key: 'seriesInstanceUid', missing: 'series_instance_uid_missing' }],
]);

/** 64 letters of four bytes, as the standard allows at most (PS3.5, Table 6.2-1), and three groups of a name. */
const BYTES_MAX: ReadonlyMap<number, number> = new Map([
  ...[0x00080050, 0x00080060, 0x00100020, 0x00100021, 0x00200010].map((tag): [number, number] => [tag, 256]),
  [0x00100010, 3 * 256],
]);

/**
 * Components without leading zeros (DICOM PS3.5, 9.1). Real equipment writes such zeros, and each such UID still names one thing, so they pass.
 */
const UID_PATTERN = /^\d+(\.\d+)*$/;
const UID_LENGTH_MAX = 64;

/**
 * Goes through a DICOM file to its last element: it is one, is whole, and says what it is.
 *
 * @throws DicomFault with the first thing that is wrong.
 */
export async function inspectPart10(source: ByteSource): Promise<Part10Summary> {
  const file = await openPart10(source);
  const found = new Map<SummaryKey, string>();
  let depth = 0;
  for await (const event of file.events()) {
    if (event.kind === 'sequence') {
      depth += 1;
    } else if (event.kind === 'sequence-end') {
      depth -= 1;
    } else if (event.kind === 'value' && depth === 0) {
      checkLength(event.element);
      const uid = UIDS.get(event.element.tag);
      if (uid !== undefined) found.set(uid.key, await readUid(event.element));
    }
  }
  return summaryOf(found, file.transferSyntaxUid);
}

/** @throws DicomFault for the first UID that is missing. */
export function summaryOf(found: ReadonlyMap<SummaryKey, string>, transferSyntaxUid: string): Part10Summary {
  const uids = [...UIDS.values()].map(({ key, missing }) => {
    const uid = found.get(key) ?? '';
    if (uid === '') throw new DicomFault(missing);
    return [key, uid] as const;
  });
  return { ...(Object.fromEntries(uids) as Record<SummaryKey, string>), transferSyntaxUid };
}

/** Which UID of the summary an attribute of the top level is. */
export function summaryKeyOf(tag: number): SummaryKey | undefined {
  return UIDS.get(tag)?.key;
}

/**
 * An identifier of a patient that was cut, or left out as bulk data, would be another patient's.
 *
 * @throws DicomFault `element_too_large` for an attribute of the top level that instances are found by, when no index could hold it.
 */
export function checkLength({ tag, lengthBytes }: ValueElement): void {
  const most = BYTES_MAX.get(tag);
  if (most !== undefined && lengthBytes > most) {
    throw new DicomFault('element_too_large', `${tagName(tag)} may have ${most} bytes`);
  }
}

/** @throws DicomFault `uid_invalid`; an empty one is none. */
export async function readUid(element: ValueElement): Promise<string> {
  const { tag, lengthBytes } = element;
  // A pad byte may follow the 64 characters.
  if (lengthBytes > UID_LENGTH_MAX + 2) throw new DicomFault('uid_invalid', tagName(tag));
  const chunks: Buffer[] = [];
  for await (const chunk of element.chunks()) chunks.push(chunk);
  const uid = withoutPadding(Buffer.concat(chunks).toString('latin1'));
  if (uid !== '' && (uid.length > UID_LENGTH_MAX || !UID_PATTERN.test(uid))) {
    throw new DicomFault('uid_invalid', tagName(tag));
  }
  return uid;
}
