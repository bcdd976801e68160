import { createHash } from 'node:crypto';

/**
 * A UUID made from a name: the same for the same name always (RFC 9562, 5.5).
 *
 * @param namespace a UUID that no other use of names shares.
 */
export function uuidV5(namespace: string, name: string): string {
  const bytes = Buffer.concat([Buffer.from(namespace.replaceAll('-', ''), 'hex'), Buffer.from(name, 'utf8')]);
  const hex = createHash('sha1').update(bytes).digest('hex');
  // Two bits tell the variant, so the digit that holds them is 8, 9, a or b.
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
