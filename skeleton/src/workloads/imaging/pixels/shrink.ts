import { frameBytes, type FrameLayout, rowBytes } from './frame-layout';
import type { Palette } from './palette';
import type { PixelBytes } from './pixel-bytes';
import { readRows, rowsFor } from './rows';
import { sampleReader } from './samples';

/** A frame made smaller: mean values of samples as they are stored, or of a palette's colours. */
export interface Shrunk {
  readonly columns: number;
  readonly rows: number;
  readonly channels: 1 | 3;
  /** Row by row, the channels of a pixel together. */
  readonly means: Float32Array;
}

export interface ShrinkRequest {
  readonly bytes: PixelBytes;
  /** In the bytes; with a fraction where samples have 1 bit. */
  readonly frameStart: number;
  readonly layout: FrameLayout;
  readonly palette: Palette | undefined;
  readonly maxSidePx: number;
}

/** Of a frame with more bytes, rows are left out. */
const READ_BYTES_ENOUGH = 64 * 1024 * 1024;

/**
 * Reads a frame from front to back and makes it so small that its longest side has at most so many pixels: each is the mean of those that
 * fall on it. A smaller frame keeps its size.
 *
 * @throws PixelFault as the bytes do.
 */
export async function shrink({ bytes, frameStart, layout, palette, maxSidePx }: ShrinkRequest): Promise<Shrunk> {
  const scale = Math.min(1, maxSidePx / Math.max(layout.columns, layout.rows));
  const columns = Math.max(1, Math.round(layout.columns * scale));
  const rows = Math.max(1, Math.round(layout.rows * scale));
  const channels = layout.channels === 3 || palette !== undefined ? 3 : 1;
  const planes = layout.order === 'planes' ? layout.channels : 1;
  const together = channels / planes;
  const means = new Float32Array(columns * rows * channels);
  const rowsEach = Math.max(1, Math.floor((READ_BYTES_ENOUGH / frameBytes(layout)) * (layout.rows / rows)));
  const wanted = rowsFor(layout.rows, { targetRows: rows, rowsEach });
  const readSamples = sampleReader(layout);
  const samples = new Float64Array(layout.columns * (layout.channels / planes));
  const colours = palette === undefined ? samples : new Float64Array(layout.columns * 3);
  const sums = new RowSums({ columns, together, sourceColumns: layout.columns });
  for (let plane = 0; plane < planes; plane += 1) {
    const start = frameStart + plane * rowBytes(layout) * layout.rows;
    for await (const read of readRows(bytes, { rows: wanted, start, bytesPerRow: rowBytes(layout) })) {
      readSamples(read.bytes, samples, read.bits);
      if (palette !== undefined) lookUp(palette, samples, colours);
      if (read.row.isFirstOfTarget) sums.clear();
      sums.add(colours);
      if (read.row.isLastOfTarget) sums.write(means, { row: read.row.target, channels, first: plane });
    }
  }
  return { columns, rows, channels, means };
}

/** What falls on the pixels of one row. */
class RowSums {
  private readonly sums: Float64Array;
  private readonly counts: Uint32Array;
  /** The pixel that each one of the frame falls on. */
  private readonly targets: Uint16Array;

  constructor(
    private readonly sizes: { readonly columns: number; readonly together: number; readonly sourceColumns: number },
  ) {
    const { columns, together, sourceColumns } = sizes;
    this.sums = new Float64Array(columns * together);
    this.counts = new Uint32Array(columns);
    this.targets = new Uint16Array(sourceColumns).map((_, column) => Math.floor((column * columns) / sourceColumns));
  }

  clear(): void {
    this.sums.fill(0);
    this.counts.fill(0);
  }

  add(samples: Float64Array): void {
    const { sums, counts, targets } = this;
    const { together } = this.sizes;
    for (let column = 0; column < targets.length; column += 1) {
      const target = targets[column] ?? 0;
      counts[target] = (counts[target] ?? 0) + 1;
      for (let channel = 0; channel < together; channel += 1) {
        const at = target * together + channel;
        sums[at] = (sums[at] ?? 0) + (samples[column * together + channel] ?? 0);
      }
    }
  }

  /** @param first channel of these. */
  write(means: Float32Array, { row, channels, first }: { row: number; channels: number; first: number }): void {
    const { columns, together } = this.sizes;
    for (let column = 0; column < columns; column += 1) {
      for (let channel = 0; channel < together; channel += 1) {
        means[(row * columns + column) * channels + first + channel] =
          (this.sums[column * together + channel] ?? 0) / (this.counts[column] ?? 1);
      }
    }
  }
}

function lookUp({ first, colours }: Palette, numbers: Float64Array, target: Float64Array): void {
  const last = colours.length / 3 - 1;
  for (let pixel = 0; pixel < numbers.length; pixel += 1) {
    const entry = Math.min(Math.max((numbers[pixel] ?? 0) - first, 0), last) * 3;
    target[pixel * 3] = colours[entry] ?? 0;
    target[pixel * 3 + 1] = colours[entry + 1] ?? 0;
    target[pixel * 3 + 2] = colours[entry + 2] ?? 0;
  }
}
