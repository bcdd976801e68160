/** How the samples of a frame lie in its bytes, and what they mean. */
export interface FrameLayout {
  readonly columns: number;
  readonly rows: number;
  /** Samples of a pixel. */
  readonly channels: number;
  /**
   * `pixels`: the samples of a pixel lie together; `planes`: each channel by itself; `pairs`: two brightnesses, then the colour that two
   * pixels share (DICOM PS3.3, C.7.6.3.1.2, YBR_FULL_422).
   */
  readonly order: 'pixels' | 'planes' | 'pairs';
  /** 1, 8, 16 or 32. Of 1, the first sample is in the lowest bit, and rows do not begin with a byte (PS3.5, 8.1.1). */
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  /** Where the highest of the stored bits is. */
  readonly highBit: number;
  readonly isSigned: boolean;
  readonly isBigEndian: boolean;
  readonly colours: Colours;
}

/** `light`, `dark`: brightness, from the lowest or to the lowest value; `palette`: numbers of colours. */
export type Colours = 'light' | 'dark' | 'palette' | 'rgb' | 'ybr-full' | 'ybr-partial';

/** Bytes of a row, or of a row of one plane; with a fraction where samples have 1 bit. */
export function rowBytes({ columns, channels, order, bitsAllocated }: FrameLayout): number {
  if (order === 'pairs') return Math.ceil(columns / 2) * 4;
  return (columns * (order === 'planes' ? 1 : channels) * bitsAllocated) / 8;
}

/** Bytes of a frame; with a fraction where samples have 1 bit. */
export function frameBytes(layout: FrameLayout): number {
  return rowBytes(layout) * layout.rows * (layout.order === 'planes' ? layout.channels : 1);
}
