import type { DicomJson } from './metadata';
import type { TransferSyntax } from './transfer-syntaxes';

/** Where the pixels of a file lie. */
export type PixelPlace =
  | {
      readonly kind: 'native';
      readonly lengthBytes: number;
      /** In the file; `undefined` where it is deflated. */
      readonly start: number | undefined;
    }
  | { readonly kind: 'fragments' };

/** What pixels are (DICOM PS3.3, C.7.6.3). */
export interface PixelDescription {
  readonly place: PixelPlace;
  readonly transferSyntax: TransferSyntax;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  /** 0: the samples of a pixel lie together; 1: each colour by itself. */
  readonly planarConfiguration: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
  readonly rescaleSlope: number;
  readonly rescaleIntercept: number;
  /** The first of the windows that the file has. */
  readonly window: { readonly center: number; readonly width: number } | undefined;
}

/** Absent attributes have the values that say least: nothing is decoded by them. */
export function pixelDescription(json: DicomJson, transferSyntax: TransferSyntax, place: PixelPlace): PixelDescription {
  const number = (tag: string, otherwise: number): number => {
    const value = json[tag]?.Value?.[0];
    return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
  };
  const whole = (tag: string, otherwise: number): number => {
    const value = number(tag, otherwise);
    return Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : otherwise;
  };
  const photometric = json['00280004']?.Value?.[0];
  const bitsAllocated = whole('00280100', 0);
  const bitsStored = whole('00280101', bitsAllocated);
  const width = number('00281051', 0);
  return {
    place,
    transferSyntax,
    rows: whole('00280010', 0),
    columns: whole('00280011', 0),
    frames: Math.max(1, whole('00280008', 1)),
    samplesPerPixel: whole('00280002', 1),
    photometricInterpretation: typeof photometric === 'string' ? photometric : 'MONOCHROME2',
    planarConfiguration: whole('00280006', 0),
    bitsAllocated,
    bitsStored,
    highBit: whole('00280102', bitsStored - 1),
    isSigned: whole('00280103', 0) === 1,
    rescaleSlope: number('00281053', 1),
    rescaleIntercept: number('00281052', 0),
    window: width > 0 ? { center: number('00281050', 0), width } : undefined,
  };
}
