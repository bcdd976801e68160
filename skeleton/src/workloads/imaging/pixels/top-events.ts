import type { ByteSource } from '../dicom/byte-source';
import type { DataSetEvent } from '../dicom/data-set';
import { openPart10 } from '../dicom/part10';

/** What comes in a data set itself, and not in an Item of it: an icon has pixels and a palette of its own. @throws DicomFault */
export async function* topEvents(source: ByteSource): AsyncGenerator<DataSetEvent> {
  const file = await openPart10(source);
  let depth = 0;
  for await (const event of file.events()) {
    if (event.kind === 'sequence') depth += 1;
    if (depth === 0) yield event;
    if (event.kind === 'sequence-end') depth -= 1;
  }
}
