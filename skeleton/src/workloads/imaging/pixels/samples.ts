/* eslint-disable no-bitwise -- samples are bits of words, and there are millions of them */
import type { FrameLayout } from './frame-layout';

/**
 * Takes the samples of a row, or of a row of one plane, out of its bytes: the stored bits alone, with their sign (DICOM PS3.5, 8.1.1).
 *
 * @param bits in the first byte that come before the row. Default 0.
 * @returns a function that fills what it is given with as many samples as there is room for.
 */
export function sampleReader(layout: FrameLayout): (bytes: Uint8Array, target: Float64Array, bits?: number) => void {
  const { bitsAllocated, bitsStored, highBit, isSigned, isBigEndian, order } = layout;
  if (order === 'pairs') return readPairs;
  if (bitsAllocated === 1) return readBits;
  // By shifting to the left, what is above goes, and back to the right, what is below; the second brings the sign along or does not.
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  const stored = isSigned
    ? (word: number): number => (word << left) >> right
    : (word: number): number => (word << left) >>> right;
  if (bitsAllocated === 8) {
    return (bytes, target) => {
      for (let index = 0; index < target.length; index += 1) target[index] = stored(bytes[index] ?? 0);
    };
  }
  const [low, high] = isBigEndian ? [1, 0] : [0, 1];
  if (bitsAllocated === 16) {
    return (bytes, target) => {
      for (let index = 0, at = 0; index < target.length; index += 1, at += 2) {
        target[index] = stored((bytes[at + low] ?? 0) | ((bytes[at + high] ?? 0) << 8));
      }
    };
  }
  return (bytes, target) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index < target.length; index += 1) {
      target[index] = stored(view.getInt32(index * 4, !isBigEndian));
    }
  };
}

/** Two brightnesses, then what makes the colour of both, into three samples of each pixel. */
function readPairs(bytes: Uint8Array, target: Float64Array): void {
  for (let pixel = 0; pixel * 3 < target.length; pixel += 1) {
    const pair = (pixel >> 1) * 4;
    target[pixel * 3] = bytes[pair + (pixel & 1)] ?? 0;
    target[pixel * 3 + 1] = bytes[pair + 2] ?? 0;
    target[pixel * 3 + 2] = bytes[pair + 3] ?? 0;
  }
}

function readBits(bytes: Uint8Array, target: Float64Array, bits = 0): void {
  for (let index = 0; index < target.length; index += 1) {
    const at = index + bits;
    target[index] = ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1;
  }
}
