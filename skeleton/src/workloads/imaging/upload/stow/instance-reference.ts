import { fileSource } from '../../dicom/byte-source';
import { DicomFault } from '../../dicom/dicom-fault';
import { type Part10Summary, readUid, summaryKeyOf } from '../../dicom/inspect';
import { openPart10 } from '../../dicom/part10';

/** By what an answer names an instance. */
export type InstanceReference = Pick<Part10Summary, 'sopClassUid' | 'sopInstanceUid'>;

/**
 * Which instance a wrong file says it is, so that its sender can tell it from the others of the request.
 *
 * @returns undefined where it does not come to say so.
 * @throws Node's error when the file cannot be read.
 */
export async function referenceOf(path: string): Promise<InstanceReference | undefined> {
  const source = await fileSource(path);
  try {
    const file = await openPart10(source);
    const found: { sopClassUid?: string; sopInstanceUid?: string } = {};
    let depth = 0;
    for await (const event of file.events()) {
      if (event.kind === 'sequence') depth += 1;
      if (event.kind === 'sequence-end') depth -= 1;
      if (event.kind !== 'value' || depth > 0) continue;
      const key = summaryKeyOf(event.element.tag);
      if (key === 'sopClassUid' || key === 'sopInstanceUid') found[key] = await readUid(event.element);
      const { sopClassUid, sopInstanceUid } = found;
      if (sopClassUid && sopInstanceUid) return { sopClassUid, sopInstanceUid };
    }
    return undefined;
  } catch (error) {
    if (error instanceof DicomFault) return undefined;
    throw error;
  } finally {
    await source.close();
  }
}
