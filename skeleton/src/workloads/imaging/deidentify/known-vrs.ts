import { elementHeader } from './encoding';
import { bufferSource } from '../dicom/byte-source';
import { dataSetEvents, type DataSetEvent, type Notation, type ValueElement } from '../dicom/data-set';
import { DicomFault } from '../dicom/dicom-fault';
import { implicitVr } from '../dicom/dictionary';
import { plainReader } from '../dicom/forward-reader';

/** How a value of unknown VR is written, whatever is around it (DICOM PS3.5, 6.2.2, note 4). */
const WITHIN_UNKNOWN: Notation = { explicitVr: false, bigEndian: false };

/** The longest sequence that is looked for in a value of unknown VR. */
const SEQUENCE_BYTES_MAX = 1024 * 1024;

/**
 * Events of a data set in which attributes of the standard's dictionary have the dictionary's VR where the file says that it does not know it
 * (UN), as files do that came out of implicit VR by way of a program that knew fewer attributes. What is done with an attribute goes by its
 * tag then, and an image keeps what it cannot be without.
 *
 * Left as UN are attributes that the dictionary does not know, numbers of which only other attributes tell whether they have a sign, and
 * what should be a sequence and is none, or is one of more than 1 MiB.
 */
export async function* withKnownVrs(events: AsyncIterable<DataSetEvent>): AsyncGenerator<DataSetEvent> {
  for await (const event of events) {
    const vr = event.kind === 'value' ? knownVrOf(event.element) : undefined;
    if (event.kind !== 'value' || vr === undefined) {
      yield event;
    } else if (vr === 'SQ') {
      yield* (await sequenceEvents(event.element)) ?? [event];
    } else {
      yield { kind: 'value', element: { ...event.element, vr }, ...WITHIN_UNKNOWN };
    }
  }
}

function knownVrOf({ tag, vr, known }: ValueElement): string | undefined {
  const isOpen = known.includes('US') && known.includes('SS');
  return vr !== 'UN' || known.length === 0 || isOpen ? undefined : implicitVr(tag);
}

/** The events of a sequence that lies in one value; `undefined` where none does. */
async function sequenceEvents(element: ValueElement): Promise<DataSetEvent[] | undefined> {
  if (element.lengthBytes > SEQUENCE_BYTES_MAX) return undefined;
  const pieces: Buffer[] = [elementHeader(WITHIN_UNKNOWN, element.tag, 'SQ', element.lengthBytes)];
  for await (const piece of element.chunks()) pieces.push(piece);
  const events: DataSetEvent[] = [];
  try {
    for await (const event of dataSetEvents(plainReader(bufferSource(Buffer.concat(pieces)), 0), WITHIN_UNKNOWN)) {
      // Its places are those of a copy, not of the file.
      events.push(event.kind === 'value' ? { ...event, element: { ...event.element, range: undefined } } : event);
    }
  } catch (error) {
    if (error instanceof DicomFault) return undefined;
    throw error;
  }
  return events;
}
