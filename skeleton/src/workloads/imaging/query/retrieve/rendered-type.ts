import { type MediaRange, notAcceptable } from '../accept';

export const JPEG = 'image/jpeg';

/**
 * @param isOne whether the answer is one image, and not several with boundaries between them.
 * @throws Problem 406 when JPEG images cannot be the answer.
 */
export function requireJpeg(ranges: readonly MediaRange[], isOne: boolean): void {
  const isLegal = ({ type, parameters }: MediaRange): boolean => {
    if (type === '*/*') return true;
    if (isOne) return type === JPEG || type === 'image/*';
    return type === 'multipart/*' || (type === 'multipart/related' && (parameters.get('type') ?? JPEG) === JPEG);
  };
  if (ranges.some(isLegal)) return;
  throw notAcceptable(
    `Accept names nothing that is offered here: expected ${isOne ? JPEG : `multipart/related; type="${JPEG}"`}.`,
  );
}
