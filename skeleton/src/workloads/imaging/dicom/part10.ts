import type { ByteSource } from './byte-source';
import { dataSetEvents, type DataSetEvent } from './data-set';
import { DicomFault } from './dicom-fault';
import { inflatingReader, plainReader } from './forward-reader';
import { withoutPadding } from './padding';
import { groupOf } from './tag';
import { type TransferSyntax, transferSyntaxOf } from './transfer-syntaxes';

/** A DICOM file behind its file meta information (DICOM PS3.10, 7.1). */
export interface Part10File {
  readonly transferSyntaxUid: string;
  readonly transferSyntax: TransferSyntax;
  /** Where the data set begins. */
  readonly dataSetStart: number;
  /** The data set's elements, from the first. Each call begins anew. */
  events(): AsyncGenerator<DataSetEvent>;
}

const PREAMBLE_BYTES = 128;
const PREFIX = 'DICM';
const META_GROUP = 0x0002;
const DICOMDIR_SOP_CLASS_UID = '1.2.840.10008.1.3.10';
/** Longer file meta information has been seen nowhere: the group has a dozen short elements. It is kept in memory. */
const META_BYTES_MAX = 1024 * 1024;
const META = { explicitVr: true, bigEndian: false } as const;

/**
 * Reads preamble and file meta information.
 *
 * @throws DicomFault where it is no DICOM file, or one that cannot be read.
 */
export async function openPart10(source: ByteSource): Promise<Part10File> {
  await checkPrefix(source);
  const { values, end: dataSetStart } = await readMeta(source);
  if (values.get(0x00020002) === DICOMDIR_SOP_CLASS_UID) throw new DicomFault('dicomdir');
  const transferSyntaxUid = values.get(0x00020010);
  if (transferSyntaxUid === undefined || transferSyntaxUid === '') {
    throw new DicomFault('meta_information_invalid', 'Transfer Syntax UID (0002,0010) is missing');
  }
  const transferSyntax = transferSyntaxOf(transferSyntaxUid);
  if (transferSyntax === undefined) throw new DicomFault('transfer_syntax_unknown');
  return {
    transferSyntaxUid,
    transferSyntax,
    dataSetStart,
    events: () => {
      const reader = (transferSyntax.deflated ? inflatingReader : plainReader)(source, dataSetStart);
      return dataSetEvents(reader, transferSyntax);
    },
  };
}

async function checkPrefix(source: ByteSource): Promise<void> {
  const beginning = await source.read(0, PREAMBLE_BYTES + PREFIX.length);
  if (beginning.toString('latin1', PREAMBLE_BYTES) === PREFIX) return;
  if (beginning.toString('latin1', 0, 4) === 'PK\u0003\u0004') throw new DicomFault('zip_archive');
  if (startsLikeADataSet(beginning)) throw new DicomFault('preamble_missing');
  throw new DicomFault('not_dicom');
}

/** Whether there is an element of the first groups where the preamble should be, or the prefix alone. */
function startsLikeADataSet(beginning: Buffer): boolean {
  if (beginning.length < 8) return false;
  if (beginning.toString('latin1', 0, 4) === PREFIX) return true;
  const isExplicit = /^[A-Z]{2}$/.test(beginning.toString('latin1', 4, 6));
  if (isExplicit && beginning.readUInt16BE(0) === 0x0008) return true;
  const group = beginning.readUInt16LE(0);
  return (group === META_GROUP || group === 0x0008) && (isExplicit || beginning.readUInt32LE(4) <= 0xffff);
}

/** Text values of the group, and where it ends: at the first element of another group. */
async function readMeta(source: ByteSource): Promise<{ values: Map<number, string>; end: number }> {
  const values = new Map<number, string>();
  let end = PREAMBLE_BYTES + PREFIX.length;
  const reader = plainReader(source, end);
  try {
    for await (const event of dataSetEvents(untilOtherGroup(reader), META)) {
      if (event.kind !== 'value') throw new DicomFault('meta_information_invalid', 'it has a sequence');
      const { tag, lengthBytes, range } = event.element;
      if (range === undefined || range.end > META_BYTES_MAX) {
        throw new DicomFault('meta_information_invalid', 'it has more than 1 MiB');
      }
      const value = await source.read(range.start, lengthBytes);
      values.set(tag, withoutPadding(value.toString('latin1')));
      end = range.end;
    }
  } catch (error) {
    if (error instanceof DicomFault && error.code === 'vr_invalid') {
      throw new DicomFault('meta_information_invalid', error.message, { cause: error });
    }
    throw error;
  }
  return { values, end };
}

/** A reader that is at its end where another group begins, and so does the data set, in its own transfer syntax. */
function untilOtherGroup(reader: ReturnType<typeof plainReader>): ReturnType<typeof plainReader> {
  return {
    ...reader,
    get position() {
      return reader.position;
    },
    atEnd: async () => {
      const { position } = reader;
      if (await reader.atEnd()) return true;
      const next = await reader.read(2);
      await reader.skipTo(position);
      return groupOf(next.readUInt16LE(0) * 0x10000) !== META_GROUP;
    },
  };
}
