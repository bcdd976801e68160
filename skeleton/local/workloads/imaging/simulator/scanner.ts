import { createHash } from 'node:crypto';
import { type Element, part10File, uidOf } from './part10-file';
import { Random } from '../../../simulator/random';

export interface ScannerSettings {
  /** Any text: the same seed gives the same files. */
  readonly seed: string;
  /** Pixels of a side. Default 512, as of a computed tomography: half a megabyte a slice. */
  readonly sidePx?: number;
  /** Slices of a series. Default 20. */
  readonly slices?: number;
}

/** A file that a scanner made. */
export interface ScannedFile {
  readonly bytes: Buffer;
  readonly sha256: Buffer;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly patientId: string;
}

const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
const FAMILY_NAMES = ['Silva', 'Souza', 'Costa', 'Santos', 'Oliveira'] as const;
const GIVEN_NAMES = ['Ana', 'Bruno', 'Clara', 'Davi', 'Elisa'] as const;
const BITS = 12;

/** A simulated computed tomograph: study after study of made-up patients, slice by slice. No two files have the same bytes. */
export class Scanner {
  private readonly random: Random;
  private readonly sidePx: number;
  private readonly slices: number;
  private readonly noise: Buffer;
  private slice = 0;
  private study = this.nothing();

  constructor({ seed, sidePx = 512, slices = 20 }: ScannerSettings) {
    this.random = new Random(`${seed}/scanner`);
    this.sidePx = sidePx;
    this.slices = slices;
    this.noise = this.makeNoise(sidePx * sidePx);
  }

  /** The next slice; after the last one of a series a new patient's study begins. */
  next(): ScannedFile {
    if (this.slice % this.slices === 0) this.study = this.newStudy();
    this.slice += 1;
    const sopInstanceUid = uidOf(this.random.uuid());
    const bytes = part10File({ sopClassUid: CT_IMAGE, sopInstanceUid }, this.elements(sopInstanceUid));
    const { studyInstanceUid, seriesInstanceUid, patientId } = this.study;
    const sha256 = createHash('sha256').update(bytes).digest();
    return { bytes, sha256, studyInstanceUid, seriesInstanceUid, sopInstanceUid, patientId };
  }

  private nothing() {
    return { studyInstanceUid: '', seriesInstanceUid: '', patientId: '', name: '', birthDate: '', date: '' };
  }

  private newStudy() {
    const { random } = this;
    return {
      studyInstanceUid: uidOf(random.uuid()),
      seriesInstanceUid: uidOf(random.uuid()),
      patientId: `demo-${random.wholeBetween(100_000, 999_999)}`,
      name: `${random.pick(FAMILY_NAMES)}^${random.pick(GIVEN_NAMES)}`,
      birthDate: `${random.wholeBetween(1930, 2020)}0${random.wholeBetween(1, 9)}1${random.wholeBetween(0, 9)}`,
      date: `2026010${random.wholeBetween(1, 9)}`,
    };
  }

  private elements(sopInstanceUid: string): Element[] {
    const { study, sidePx, slice } = this;
    return [
      [0x00080005, 'CS', 'ISO_IR 192'],
      [0x00080016, 'UI', CT_IMAGE],
      [0x00080018, 'UI', sopInstanceUid],
      [0x00080020, 'DA', study.date],
      [0x00080060, 'CS', 'CT'],
      [0x00080080, 'LO', 'Hospital Demo'],
      [0x00081030, 'LO', 'Thorax'],
      [0x00100010, 'PN', study.name],
      [0x00100020, 'LO', study.patientId],
      [0x00100030, 'DA', study.birthDate],
      [0x0020000d, 'UI', study.studyInstanceUid],
      [0x0020000e, 'UI', study.seriesInstanceUid],
      [0x00200011, 'IS', '1'],
      [0x00200013, 'IS', String(((slice - 1) % this.slices) + 1)],
      [0x00280002, 'US', 1],
      [0x00280004, 'CS', 'MONOCHROME2'],
      [0x00280010, 'US', sidePx],
      [0x00280011, 'US', sidePx],
      [0x00280100, 'US', 16],
      [0x00280101, 'US', BITS],
      [0x00280102, 'US', BITS - 1],
      [0x00280103, 'US', 0],
      [0x7fe00010, 'OW', this.pixels()],
    ];
  }

  /** The noise of all slices, from another place on: cheap, and never the same. */
  private pixels(): Buffer {
    const start = 2 * this.random.wholeBetween(0, this.noise.length / 2 - 1);
    return Buffer.concat([this.noise.subarray(start), this.noise.subarray(0, start)]);
  }

  private makeNoise(samples: number): Buffer {
    const noise = Buffer.alloc(2 * samples);
    for (let index = 0; index < samples; index += 1) {
      noise.writeUInt16LE(this.random.wholeBetween(0, 2 ** BITS - 1), 2 * index);
    }
    return noise;
  }
}
