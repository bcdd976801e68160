import type { FrameLayout } from '../frame-layout';

/** A compressed frame, as it lies in the file. */
export interface EncodedFrame {
  readonly lengthBytes: number;
  /** Its first bytes: as many as headers have, or all. */
  head(): Promise<Buffer>;
  /** All of them, in pieces of at most a megabyte. */
  pieces(): AsyncIterable<Buffer>;
}

export interface DecodedFrame {
  /** It may have fewer rows and columns than the file says, where a codec can decode a smaller image of all of it. */
  readonly layout: FrameLayout;
  /** May be memory of a codec, which goes when nobody refers to it. */
  readonly bytes: Uint8Array;
}

export interface DecodingRequest {
  readonly frame: EncodedFrame;
  /** By the file's attributes. */
  readonly layout: FrameLayout;
  /** Fewer pixels than these at the longest side are too few. */
  readonly enoughPx: number;
}

/** @throws PixelFault */
export type Decode = (request: DecodingRequest) => Promise<DecodedFrame>;

/** Lays a frame into memory of the kind that its decoder asks for. */
export async function fill(target: Uint8Array, frame: EncodedFrame): Promise<void> {
  let at = 0;
  for await (const piece of frame.pieces()) {
    target.set(piece, at);
    at += piece.length;
  }
}
