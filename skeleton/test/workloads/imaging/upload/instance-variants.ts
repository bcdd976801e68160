import { deflateRawSync } from 'node:zlib';
import { makeInstance, type TestInstance } from '../support/part10';

const PREAMBLE_AND_PREFIX_BYTES = 132;
/** (0002,0000) with its value: it says how many bytes of the group follow. */
const GROUP_LENGTH_BYTES = 12;

/** The same instance with its data set deflated (PS3.5, A.5). */
export function deflated(instance: TestInstance): Buffer {
  const { preamble, dataSet } = split(instance.bytes);
  const meta = metaOf(instance, '1.2.840.10008.1.2.1.99');
  return Buffer.concat([preamble, meta, deflateRawSync(dataSet)]);
}

/** The same instance in Explicit VR Big Endian (PS3.5, A.3), without its pixels. */
export function bigEndian(instance: TestInstance): Buffer {
  const { preamble } = split(instance.bytes);
  const uids: ReadonlyArray<readonly [number, number, string]> = [
    [0x0008, 0x0016, '1.2.840.10008.5.1.4.1.1.7'],
    [0x0008, 0x0018, instance.sopInstanceUid],
    [0x0020, 0x000d, instance.studyInstanceUid],
    [0x0020, 0x000e, instance.seriesInstanceUid],
  ];
  const elements = uids.map(([group, number, value]) => {
    const text = padded(value);
    const header = Buffer.alloc(8);
    header.writeUInt16BE(group, 0);
    header.writeUInt16BE(number, 2);
    header.write('UI', 4, 'latin1');
    header.writeUInt16BE(text.length, 6);
    return Buffer.concat([header, text]);
  });
  return Buffer.concat([preamble, metaOf(instance, '1.2.840.10008.1.2.2'), ...elements]);
}

/** The same instance without one of its UIDs in the data set. */
export function without(instance: TestInstance, group: number, number: number): Buffer {
  const { bytes } = instance;
  const tag = Buffer.alloc(6);
  tag.writeUInt16LE(group, 0);
  tag.writeUInt16LE(number, 2);
  tag.write('UI', 4, 'latin1');
  const at = bytes.indexOf(tag);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 8 + bytes.readUInt16LE(at + 6))]);
}

/** One instance of each kind that is refused, by the code that says why. */
export function refusedFiles(): ReadonlyArray<readonly [string, Buffer, string]> {
  const { bytes } = makeInstance();
  return [
    ['no DICOM', Buffer.from('{"resourceType":"Patient"}'.repeat(20)), 'not_dicom'],
    ['a zip archive', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(500)]), 'zip_archive'],
    ['cut off', bytes.subarray(0, -10), 'truncated'],
    ['without its preamble', bytes.subarray(PREAMBLE_AND_PREFIX_BYTES), 'preamble_missing'],
    ['without a SOP Instance UID', without(makeInstance(), 0x0008, 0x0018), 'sop_instance_uid_missing'],
    ['without a Study Instance UID', without(makeInstance(), 0x0020, 0x000d), 'study_instance_uid_missing'],
    ['deflated and cut off', deflated(makeInstance()).subarray(0, -20), 'truncated'],
  ];
}

function split(bytes: Buffer): { preamble: Buffer; dataSet: Buffer } {
  const metaBytes = bytes.readUInt32LE(PREAMBLE_AND_PREFIX_BYTES + GROUP_LENGTH_BYTES - 4);
  return {
    preamble: bytes.subarray(0, PREAMBLE_AND_PREFIX_BYTES),
    dataSet: bytes.subarray(PREAMBLE_AND_PREFIX_BYTES + GROUP_LENGTH_BYTES + metaBytes),
  };
}

/** File meta information (PS3.10, 7.1): always Explicit VR Little Endian. */
function metaOf({ sopInstanceUid }: TestInstance, transferSyntaxUid: string): Buffer {
  const uids: ReadonlyArray<readonly [number, string]> = [
    [0x0002, '1.2.840.10008.5.1.4.1.1.7'],
    [0x0003, sopInstanceUid],
    [0x0010, transferSyntaxUid],
    [0x0012, '1.2.3.4'],
  ];
  const elements = uids.map(([number, value]) => {
    const text = padded(value);
    const header = Buffer.from([0x02, 0x00, number, 0x00, 0x55, 0x49, 0x00, 0x00]);
    header.writeUInt16LE(text.length, 6);
    return Buffer.concat([header, text]);
  });
  const group = Buffer.concat(elements);
  const length = Buffer.from([0x02, 0x00, 0x00, 0x00, 0x55, 0x4c, 0x04, 0x00, 0, 0, 0, 0]);
  length.writeUInt32LE(group.length, 8);
  return Buffer.concat([length, group]);
}

function padded(uid: string): Buffer {
  return Buffer.from(uid.length % 2 === 0 ? uid : `${uid}\0`, 'latin1');
}
