/* eslint-disable no-bitwise -- a generator of random numbers is made of shifts and exclusive ors */
/**
 * Seeded random numbers: the same seed gives the same ward, so a run that showed a fault can be run again.
 *
 * The generator is sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, as in PractRand): 128 bits of state,
 * enough for ids that must not collide. Not for secrets.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param seed any text; equal seeds give equal sequences. */
  constructor(seed: string) {
    [this.a, this.b, this.c] = seedWords(seed);
    // The first outputs still resemble the seed.
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const result = (this.a + this.b + this.counter) >>> 0;
    this.counter = (this.counter + 1) >>> 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) >>> 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) >>> 0;
    return result;
  }

  /** At least `minimum`, less than `maximum`. */
  between(minimum: number, maximum: number): number {
    return minimum + (this.uint32() / 2 ** 32) * (maximum - minimum);
  }

  /** A whole number, both ends included. */
  wholeBetween(minimum: number, maximum: number): number {
    return Math.floor(this.between(minimum, maximum + 1));
  }

  /** Normally distributed (Box-Muller). */
  normal(mean: number, standardDeviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.between(0, 1)));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.between(0, 1));
  }

  /** True with the given probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  /** One of a list that has at least one element. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.wholeBetween(0, choices.length - 1)] ?? choices[0];
  }

  /** A UUID of version 4 (RFC 9562), from 122 bits of the sequence. */
  uuid(): string {
    const bytes = Buffer.alloc(16);
    for (let offset = 0; offset < 16; offset += 4) bytes.writeUInt32BE(this.uint32(), offset);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}

/** Three words of state from a text: FNV-1a over its UTF-16 units, each word from another offset basis. */
function seedWords(seed: string): [number, number, number] {
  const hash = (basis: number): number => {
    let state = basis;
    for (let index = 0; index < seed.length; index += 1) {
      state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193) >>> 0;
    }
    return state;
  };
  return [hash(0x811c9dc5), hash(0x01234567), hash(0x89abcdef)];
}
