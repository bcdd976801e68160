import type { ByteSource } from './byte-source';
import type { ValueElement } from './data-set';
import { DicomFault, type DicomFaultCode } from './dicom-fault';
import { openPart10 } from './part10';
import { tagText } from './tag';

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

/** @throws DicomFault `uid_invalid`; an empty one is none. */
export async function readUid(element: ValueElement): Promise<string> {
  const { tag, lengthBytes } = element;
  // A pad byte may follow the 64 characters.
  if (lengthBytes > UID_LENGTH_MAX + 2) throw new DicomFault('uid_invalid', tagText(tag));
  const chunks: Buffer[] = [];
  for await (const chunk of element.chunks()) chunks.push(chunk);
  const uid = Buffer.concat(chunks)
    .toString('latin1')
    .replace(/[\0 ]+$/, '');
  if (uid !== '' && (uid.length > UID_LENGTH_MAX || !UID_PATTERN.test(uid))) {
    throw new DicomFault('uid_invalid', tagText(tag));
  }
  return uid;
}
