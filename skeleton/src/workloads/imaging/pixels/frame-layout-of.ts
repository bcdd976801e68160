import type { Colours, FrameLayout } from './frame-layout';
import { PixelFault } from './skip-reason';
import type { PixelDescription } from '../dicom/pixel-description';

const BITS_ALLOCATED = [1, 8, 16, 32];

/** Photometric interpretations (DICOM PS3.3, C.7.6.3.1.2). The transforms of JPEG 2000 are undone by its codec. */
const COLOURS: Readonly<Record<string, { readonly colours: Colours; readonly channels: number }>> = {
  MONOCHROME1: { colours: 'dark', channels: 1 },
  MONOCHROME2: { colours: 'light', channels: 1 },
  'PALETTE COLOR': { colours: 'palette', channels: 1 },
  RGB: { colours: 'rgb', channels: 3 },
  YBR_FULL: { colours: 'ybr-full', channels: 3 },
  YBR_FULL_422: { colours: 'ybr-full', channels: 3 },
  YBR_PARTIAL_422: { colours: 'ybr-partial', channels: 3 },
  YBR_PARTIAL_420: { colours: 'ybr-partial', channels: 3 },
  YBR_ICT: { colours: 'rgb', channels: 3 },
  YBR_RCT: { colours: 'rgb', channels: 3 },
};

/**
 * How an uncompressed frame lies in its bytes, by its attributes.
 *
 * @throws PixelFault where attributes contradict each other, or say what is not read here.
 */
export function frameLayoutOf(pixels: PixelDescription): FrameLayout {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, highBit, transferSyntax } = pixels;
  const photometric = COLOURS[pixels.photometricInterpretation.trim()];
  if (photometric === undefined) throw new PixelFault('photometric_unsupported');
  if (!isSize(rows) || !isSize(columns)) throw new PixelFault('pixels_unreadable');
  if (samplesPerPixel !== photometric.channels) throw new PixelFault('pixels_unreadable');
  if (!BITS_ALLOCATED.includes(bitsAllocated)) throw new PixelFault('layout_unsupported');
  if (!(bitsStored >= 1 && highBit < bitsAllocated && highBit >= bitsStored - 1)) {
    throw new PixelFault('pixels_unreadable');
  }
  return {
    rows,
    columns,
    channels: samplesPerPixel,
    order: orderOf(pixels),
    bitsAllocated,
    bitsStored,
    highBit,
    isSigned: pixels.isSigned,
    isBigEndian: transferSyntax.bigEndian,
    colours: photometric.colours,
  };
}

function orderOf(pixels: PixelDescription): FrameLayout['order'] {
  const { samplesPerPixel, photometricInterpretation, planarConfiguration, bitsAllocated, transferSyntax } = pixels;
  const isUncompressed = transferSyntax.codec === 'native' || transferSyntax.codec === 'encapsulated';
  if (isUncompressed && photometricInterpretation.trim().endsWith('_422')) {
    if (bitsAllocated !== 8) throw new PixelFault('layout_unsupported');
    return 'pairs';
  }
  if (isUncompressed && photometricInterpretation.trim().endsWith('_420')) throw new PixelFault('layout_unsupported');
  return samplesPerPixel > 1 && planarConfiguration === 1 ? 'planes' : 'pixels';
}

/** An unsigned number of 16 bits, as DICOM has rows and columns. */
function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 0xffff;
}
