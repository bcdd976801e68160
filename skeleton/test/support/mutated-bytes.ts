import * as fc from 'fast-check';

/** A change of a message’s bytes on its way: cut, doubled, replaced, lost, or another’s put in. */
export interface Mutation {
  readonly kind: 'cut' | 'replace' | 'remove' | 'insert' | 'double';
  /** Where, as a part of the length. */
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** @param texts pieces that mean something where such bytes are read. */
export function mutation(...texts: ReadonlyArray<string | Uint8Array>): fc.Arbitrary<Mutation> {
  return fc.record({
    kind: fc.constantFrom('cut', 'replace', 'remove', 'insert', 'double'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 40 }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.constantFrom(...texts.map((text) => (typeof text === 'string' ? Buffer.from(text) : text))),
    ),
  });
}

export function mutated(original: Uint8Array, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce<Buffer>((bytes, { kind, at, length, bytes: other }) => {
    const start = Math.floor(at * bytes.length);
    const end = Math.min(bytes.length, start + length);
    const parts = {
      cut: [bytes.subarray(0, start)],
      replace: [bytes.subarray(0, start), other, bytes.subarray(end)],
      remove: [bytes.subarray(0, start), bytes.subarray(end)],
      insert: [bytes.subarray(0, start), other, bytes.subarray(start)],
      double: [bytes.subarray(0, end), bytes.subarray(start)],
    };
    return Buffer.concat(parts[kind]);
  }, Buffer.from(original));
}
