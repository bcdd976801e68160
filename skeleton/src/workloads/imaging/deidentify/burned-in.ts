/** What is known of text in the pixels. `unknown`: nobody has said, and equipment of this kind may write it there. */
export type BurnedIn = 'no' | 'yes' | 'unknown';

/** What of an instance tells it, as its own top level has it. */
export interface BurnedInSigns {
  readonly hasPixels: boolean;
  /** Burned In Annotation (0028,0301). */
  readonly annotation: string | undefined;
  /** Modality (0008,0060). */
  readonly modality: string | undefined;
  /** Image Type (0008,0008). */
  readonly imageType: readonly string[];
  readonly sopClassUid: string;
  /** Overlay Bit Position (60xx,0102) of any overlay is above 0: it lies in bits of the pixels, which stay. */
  readonly overlayInPixels: boolean;
}

/** Modalities whose scanners give pixels as they were measured: text has no place in an original image of theirs. */
const MEASURED: ReadonlySet<string> = new Set(['CT', 'MR', 'PT', 'NM']);

/** Secondary Capture Image Storage, and its multi-frame ones (DICOM PS3.4, Table B.5-1): pictures of screens and of paper. */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.[1-4])?$/;

/**
 * Whether there is text in the pixels, as far as that can be known without reading them. Ultrasound, captures of screens, scanned paper,
 * photographs and everything that was computed from something else are `unknown` until the instance itself says `NO`.
 */
export function burnedIn(signs: BurnedInSigns): BurnedIn {
  const { hasPixels, annotation, modality, imageType, sopClassUid, overlayInPixels } = signs;
  if (!hasPixels) return 'no';
  if (annotation === 'YES') return 'yes';
  if (overlayInPixels) return 'unknown';
  if (annotation === 'NO') return 'no';
  const isOriginal = imageType[0] === 'ORIGINAL' && imageType[1] === 'PRIMARY';
  const isMeasured = MEASURED.has(modality ?? '') && !SECONDARY_CAPTURE.test(sopClassUid);
  return isOriginal && isMeasured ? 'no' : 'unknown';
}
