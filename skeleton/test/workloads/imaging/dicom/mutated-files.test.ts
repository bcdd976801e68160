import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { element, file, leastElements, sequence, type Writing } from './support/data-set-bytes';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { DicomFault } from '../../../../src/workloads/imaging/dicom/dicom-fault';
import { inspectPart10 } from '../../../../src/workloads/imaging/dicom/inspect';
import { readMetadata } from '../../../../src/workloads/imaging/dicom/metadata';
import { mutated, mutation } from '../../../support/mutated-bytes';
import { DICOM_FILES } from '../support/dicom-files';

/** Letters that are of no tag which a message may name. */
const SECRET = 'QJXZKWVY';

/** An undefined length, a VR, an Item, the ends of Items and sequences. */
const PIECES = ['ffffffff', '53510000', '554e0000', 'feff00e0', 'feff0de0', 'feffdde0', '0000000000000000'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
const SMALL_BYTES = 12_000;
const RUNS = 2_000;
/** Of small files: thousand times what one takes. */
const PATIENCE_MS = 5_000;

const WRITINGS: readonly Writing[] = [{}, { explicitVr: false }, { bigEndian: true }, { deflated: true }];

/** Files in which every text and every identifier is a secret. */
const SECRETIVE = WRITINGS.map((writing) => {
  const text = (tag: number, vr: string) => element(tag, vr, SECRET.repeat(6), writing);
  return file(
    [
      ...leastElements(writing),
      text(0x00081030, 'LO'),
      text(0x00100010, 'PN'),
      text(0x00100020, 'LO'),
      text(0x00104000, 'LT'),
      sequence(0x00101002, [text(0x00100020, 'LO'), text(0x00100021, 'LO')], writing),
      element(0x7fe00010, 'OW', Buffer.from(SECRET.repeat(30)), writing),
    ],
    writing,
  );
});

/** What a reading comes to: its fault, or nothing where there is none. Whatever else is thrown fails the test. */
async function faultOf(reading: Promise<unknown>): Promise<DicomFault | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    if (error instanceof DicomFault) return error;
    throw error;
  }
}

const mutations = fc.array(mutation(...PIECES), { minLength: 1, maxLength: 4 });

describe('A file that was changed on its way', () => {
  const small = DICOM_FILES.map(({ path }) => readFileSync(path)).filter(({ length }) => length < SMALL_BYTES);

  it('is read, or refused with a fault, and soon', async () => {
    expect(small.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...small, ...SECRETIVE), mutations, async (original, changes) => {
        const bytes = mutated(original, changes);
        const start = performance.now();
        const inspected = await faultOf(inspectPart10(bufferSource(bytes)));
        const described = await faultOf(readMetadata(bufferSource(bytes)));
        expect(described?.message).toBe(inspected?.message);
        expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused without a word of what it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...SECRETIVE), mutations, async (original, changes) => {
        const fault = await faultOf(inspectPart10(bufferSource(mutated(original, changes))));
        expect(told(fault)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused so when it begins in the middle of a value', async () => {
    for (const original of SECRETIVE.slice(0, 3)) {
      const start = original.lastIndexOf(Buffer.from('1.2.3.4.3')) + 10;
      expect(start).toBeGreaterThan(200);
      for (let lost = 1; lost < 300; lost += 1) {
        const bytes = Buffer.concat([original.subarray(0, start), original.subarray(start + lost)]);
        expect(told(await faultOf(inspectPart10(bufferSource(bytes))))).toEqual([]);
      }
    }
  });
});

/** What a fault tells of the secret: letters, their codes as a tag, or as a length. */
function told(fault: DicomFault | undefined): string[] {
  const message = fault?.message ?? '';
  const rotations = Array.from(SECRET, (_, index) => (SECRET.slice(index) + SECRET).slice(0, 4));
  const traces = rotations.flatMap((letters) => {
    const bytes = Buffer.from(letters);
    const halves = [bytes.readUInt16LE(0), bytes.readUInt16LE(2), bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
    const hex = halves.map((half) => half.toString(16).toUpperCase());
    return [letters.slice(0, 2), ...hex, `${bytes.readUInt32LE(0)}`, `${bytes.readUInt32BE(0)}`];
  });
  return traces.filter((trace) => message.includes(trace));
}
