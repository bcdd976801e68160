import { DICOM_JSON } from './answer';
import { Problem } from '../http/problem';
import type { Exchange } from '../http/route';

/** A media range of an `Accept` header (RFC 9110, 12.5.1), names in small letters. */
export interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const CHARACTERS_MAX = 2_048;
/** One element of the list: a type, then parameters, whose values may be quoted. */
const RANGE = /^\s*([\w!#$&^.+*-]+\/[\w!#$&^.+*-]+)\s*((?:;\s*[\w!#$&^.+*-]+\s*=\s*(?:"[^"]*"|[^";,\s]+)\s*)*);?\s*$/;
const PARAMETER = /;\s*([\w!#$&^.+*-]+)\s*=\s*(?:"([^"]*)"|([^";,\s]+))/g;

/**
 * What a request accepts, the best first: by the query parameter `accept`, for those who cannot set a header (DICOM PS3.18,
 * 8.3.3.1), or by the header. Without either everything is.
 *
 * @throws Problem 400 for what cannot be read.
 */
export function acceptOf({ request, query }: Pick<Exchange, 'request' | 'query'>): readonly MediaRange[] {
  const [asked, ...others] = query.getAll('accept');
  if (others.length > 0) throw new Problem(400, 'parameter_invalid', 'The parameter accept is given twice.');
  const text = asked ?? request.headers.accept ?? '*/*';
  const ranges = text.length > CHARACTERS_MAX ? undefined : parseAccept(text === '' ? '*/*' : text);
  if (ranges !== undefined) return ranges;
  throw new Problem(
    400,
    'header_invalid',
    `Accept cannot be read: expected media types with commas between them, such as ${DICOM_JSON}, of ${CHARACTERS_MAX} characters at the most.`,
  );
}

/** @returns `undefined` for what is no list of media ranges. */
export function parseAccept(text: string): MediaRange[] | undefined {
  const parts = text.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
  const ranges: Array<MediaRange & { readonly quality: number }> = [];
  for (const part of parts.filter((one) => one.trim() !== '')) {
    const [, type = '', rest = ''] = RANGE.exec(part) ?? [];
    if (type === '') return undefined;
    const pairs = [...rest.matchAll(PARAMETER)].map(
      ([, name = '', quoted, plain]) => [name.toLowerCase(), quoted ?? plain ?? ''] as const,
    );
    const parameters = new Map(pairs.filter(([name]) => name !== 'q'));
    const weight = pairs.find(([name]) => name === 'q')?.[1] ?? '1';
    if (!/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight)) return undefined;
    ranges.push({ type: type.toLowerCase(), parameters, quality: Number(weight) });
  }
  // The order of equals is kept.
  return ranges.filter(({ quality }) => quality > 0).toSorted((one, other) => other.quality - one.quality);
}

/** @throws Problem 406 when DICOM JSON cannot be the answer. */
export function requireDicomJson(ranges: readonly MediaRange[]): void {
  const legal = new Set([DICOM_JSON, 'application/json', 'application/*', '*/*']);
  if (ranges.some(({ type }) => legal.has(type))) return;
  throw notAcceptable(`Accept names nothing that is offered here: expected ${DICOM_JSON}.`);
}

export function notAcceptable(detail: string): Problem {
  return new Problem(406, 'not_acceptable', detail);
}
