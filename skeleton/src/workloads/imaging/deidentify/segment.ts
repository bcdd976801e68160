/** A piece of a derivative: bytes of its own, or those of its original from `start` up to, and not including, `end`. */
export type Segment =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'copy'; readonly start: number; readonly end: number };
