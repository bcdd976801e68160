import type { Colours } from './frame-layout';

/**
 * Red, green and blue of 0 to 255.
 *
 * @param bitsStored of a sample: its highest value is shown as 255.
 */
export function rgb(
  means: Float32Array,
  { colours, bitsStored }: { colours: Colours; bitsStored: number },
): Uint8Array {
  const scale = 255 / (2 ** bitsStored - 1);
  const scaled = new Uint8ClampedArray(means.length);
  for (let at = 0; at < means.length; at += 1) scaled[at] = (means[at] ?? 0) * scale;
  if (colours !== 'ybr-full' && colours !== 'ybr-partial') return new Uint8Array(scaled.buffer);
  const isPartial = colours === 'ybr-partial';
  for (let at = 0; at < scaled.length; at += 3) {
    const y = (means[at] ?? 0) * scale;
    const blue = (means[at + 1] ?? 0) * scale - 128;
    const red = (means[at + 2] ?? 0) * scale - 128;
    if (isPartial) writePartial(scaled, at, { y, blue, red });
    else writeFull(scaled, at, { y, blue, red });
  }
  return new Uint8Array(scaled.buffer);
}

interface Ybr {
  readonly y: number;
  readonly blue: number;
  readonly red: number;
}

/** DICOM PS3.3, C.7.6.3.1.2, YBR_FULL, solved for the colours; ITU-T T.871, section 7. */
function writeFull(target: Uint8ClampedArray, at: number, { y, blue, red }: Ybr): void {
  target[at] = y + 1.402 * red;
  target[at + 1] = y - 0.344136 * blue - 0.714136 * red;
  target[at + 2] = y + 1.772 * blue;
}

/** Brightness from 16 to 235, colours from 16 to 240: C.7.6.3.1.2, YBR_PARTIAL_422; ITU-R BT.601. */
function writePartial(target: Uint8ClampedArray, at: number, { y, blue, red }: Ybr): void {
  const full = 1.164384 * (y - 16);
  target[at] = full + 1.596027 * red;
  target[at + 1] = full - 0.391762 * blue - 0.812968 * red;
  target[at + 2] = full + 2.017232 * blue;
}
