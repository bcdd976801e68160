import { bufferSource } from '../../../../../src/workloads/imaging/dicom/byte-source';
import { openPart10 } from '../../../../../src/workloads/imaging/dicom/part10';

const PIXEL_DATA = 0x7fe00010;

/** A file's pixel data, fragments one behind the other, and everything else of it. Of a deflated file, `rest` is what is in front of it. */
export async function pixelsApart(file: Buffer): Promise<{ readonly pixels: Buffer; readonly rest: Buffer }> {
  const { events, dataSetStart, transferSyntax } = await openPart10(bufferSource(file));
  const pixels: Buffer[] = [];
  const rest: Buffer[] = [];
  let at = 0;
  let depth = 0;
  let areFragments = false;
  for await (const event of events()) {
    if (event.kind === 'item') depth += 1;
    if (event.kind === 'item-end') depth -= 1;
    if (event.kind === 'fragments') areFragments = event.head.tag === PIXEL_DATA && depth === 0;
    const isPixels = event.kind === 'value' && event.element.tag === PIXEL_DATA && depth === 0;
    const bytes = isPixels ? event.element : event.kind === 'fragment' && areFragments ? event.fragment : undefined;
    if (bytes === undefined) continue;
    for await (const chunk of bytes.chunks()) pixels.push(chunk);
    if (bytes.range !== undefined) {
      rest.push(file.subarray(at, bytes.range.start));
      at = bytes.range.end;
    }
  }
  rest.push(file.subarray(at, transferSyntax.deflated ? dataSetStart : file.length));
  return { pixels: Buffer.concat(pixels), rest: Buffer.concat(rest) };
}
