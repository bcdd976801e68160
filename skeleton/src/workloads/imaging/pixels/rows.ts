import type { PixelBytes } from './pixel-bytes';

/** A row that is read, and the one of the smaller image that it falls on. */
export interface Row {
  /** In the frame. */
  readonly index: number;
  readonly target: number;
  readonly isFirstOfTarget: boolean;
  readonly isLastOfTarget: boolean;
}

export interface RowBytes {
  readonly row: Row;
  readonly bytes: Uint8Array;
  /** In the first byte, before the row begins. */
  readonly bits: number;
}

/** Rows that follow each other are read together, up to so many bytes. */
const BATCH_BYTES = 1024 * 1024;

/**
 * The rows that a smaller image is made of.
 *
 * @param rowsEach at most so many for each row of the smaller image, at equal distances.
 */
export function rowsFor(
  rows: number,
  { targetRows, rowsEach }: { readonly targetRows: number; readonly rowsEach: number },
): Row[] {
  return Array.from({ length: targetRows }, (_, target) => {
    const first = Math.ceil((target * rows) / targetRows);
    const end = Math.ceil(((target + 1) * rows) / targetRows);
    const count = Math.min(end - first, rowsEach);
    return Array.from({ length: count }, (__, part) => ({
      index: first + Math.floor((part * (end - first)) / count),
      target,
      isFirstOfTarget: part === 0,
      isLastOfTarget: part === count - 1,
    }));
  }).flat();
}

/**
 * Reads rows from front to back.
 *
 * @param start of the first row in the bytes, and the bytes of each; with fractions where samples have 1 bit.
 */
export async function* readRows(
  bytes: PixelBytes,
  { rows, start, bytesPerRow }: { readonly rows: readonly Row[]; readonly start: number; readonly bytesPerRow: number },
): AsyncGenerator<RowBytes> {
  const rowsPerBatch = Math.max(1, Math.floor(BATCH_BYTES / bytesPerRow));
  let batch: { readonly start: number; readonly end: number; readonly bytes: Uint8Array } | undefined;
  for (const [place, row] of rows.entries()) {
    const rowStart = start + row.index * bytesPerRow;
    if (batch === undefined || rowStart + bytesPerRow > batch.end) {
      const first = Math.floor(rowStart);
      const end = Math.ceil(rowStart + bytesPerRow * following(rows, place, rowsPerBatch));
      batch = { start: first, end, bytes: await bytes.read(first, end - first) };
    }
    yield { row, bytes: batch.bytes.subarray(Math.floor(rowStart) - batch.start), bits: (rowStart % 1) * 8 };
  }
}

/** How many rows from a place on lie one behind the other. */
function following(rows: readonly Row[], place: number, atMost: number): number {
  const first = rows[place]?.index ?? 0;
  let count = 1;
  while (count < atMost && rows[place + count]?.index === first + count) count += 1;
  return count;
}
