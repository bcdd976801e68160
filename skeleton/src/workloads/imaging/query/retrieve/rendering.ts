import { Problem } from '../../http/problem';
import { type FrameRequest, SIDE_PX_MAX } from '../../pixels/preview';
import { notAcceptable } from '../accept';

/** How an image is to be shown (DICOM PS3.18, 8.3.5.1). */
export interface RenderingRequest extends Pick<FrameRequest, 'window' | 'quality'> {
  /** The box that the image is to fit into. Default: no narrower than 2 048 pixels. */
  readonly viewport: { readonly width: number; readonly height: number } | undefined;
}

/** Parameters that are done. */
export const RENDERING = ['viewport', 'window', 'quality'] as const;
/** Those that are known and not done. */
export const NOT_RENDERED = ['annotation', 'iccprofile'] as const;

const VIEWPORT_PX_MAX = 65_535;
const NUMBER = /^[+-]?\d{1,9}(?:\.\d{1,9})?(?:e[+-]?\d)?$/i;

/**
 * Reads the parameters of rendering.
 *
 * @returns `undefined` without any.
 * @throws Problem 400 for what cannot be read, 406 for what is known and not done.
 */
export function readRendering(query: URLSearchParams): RenderingRequest | undefined {
  const asked = NOT_RENDERED.filter((name) => query.has(name));
  if (asked.length > 0) {
    throw notAcceptable(`${asked.join(' and ')} cannot be applied here: expected none but ${RENDERING.join(', ')}.`);
  }
  if (!RENDERING.some((name) => query.has(name))) return undefined;
  const [viewport, window, quality] = RENDERING.map((name) => only(query, name));
  return {
    viewport: viewport === undefined ? undefined : readViewport(viewport),
    ...(window !== undefined && { window: readWindow(window) }),
    ...(quality !== undefined && { quality: readQuality(quality) }),
  };
}

/** The longest side of an image of this size that fits. A smaller image is not made larger. */
export function longestSidePx(
  viewport: RenderingRequest['viewport'],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): number {
  const longest = Math.max(rows, columns);
  if (viewport === undefined || longest === 0) return SIDE_PX_MAX;
  const scale = Math.min(1, viewport.width / columns, viewport.height / rows);
  return Math.min(SIDE_PX_MAX, Math.max(1, Math.floor(longest * scale)));
}

function only(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name);
  if (others.length > 0) throw wrong(name, 'it once');
  return value;
}

function readViewport(text: string): NonNullable<RenderingRequest['viewport']> {
  const [width = 0, height = 0, ...region] = text.split(',').map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : 0));
  if (region.length > 0) throw wrong('viewport', 'width and height alone: a region of the image is not offered');
  const isLegal = (px: number): boolean => px >= 1 && px <= VIEWPORT_PX_MAX;
  if (isLegal(width) && isLegal(height)) return { width, height };
  throw wrong('viewport', `width and height in pixels, 1 to ${VIEWPORT_PX_MAX} each, such as 1024,768`);
}

/** Of `linear-exact`, the window of `linear` that has the same edges (PS3.3, C.11.2.1.2.1 and C.11.2.1.3.2). */
function readWindow(text: string): NonNullable<RenderingRequest['window']> {
  const [center = '', width = '', shape = '', ...others] = text.split(',');
  const value = { center: Number(center), width: Number(width) };
  const isNumbers = NUMBER.test(center) && NUMBER.test(width) && others.length === 0;
  if (isNumbers && shape === 'linear' && value.width >= 1) return value;
  if (isNumbers && shape === 'linear-exact' && value.width > 0) {
    return { center: value.center + 0.5, width: value.width + 1 };
  }
  throw wrong('window', 'center, width and linear or linear-exact, such as 40,400,linear, with a width of 1 or more');
}

function readQuality(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 100) return value;
  throw wrong('quality', 'a whole number from 1 to 100');
}

function wrong(name: string, legal: string): Problem {
  return new Problem(400, 'parameter_invalid', `The parameter ${name} is wrong: expected ${legal}.`);
}
