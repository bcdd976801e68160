import { Problem } from '../../http/problem';

/** Bytes of a whole, both ends included, counted from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `Range` header of one range of bytes (RFC 9110, 14.1.2). Others, such as several ranges, are passed over, as a server
 * may do (14.2).
 *
 * @returns `undefined` for the whole.
 * @throws Problem 416 for a range that lies outside.
 */
export function readByteRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first <= last) return { first, last };
  throw new Problem(
    416,
    'range_invalid',
    `The Range lies outside: the instance has ${sizeBytes} bytes, counted from 0.`,
    {
      headers: { 'Content-Range': `bytes */${sizeBytes}` },
    },
  );
}
