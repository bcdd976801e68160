import type { Answer, ApiContext } from './route';
import { bundleText, type TextBundle } from '../fhir/bundle-text';
import { FHIR_JSON } from '../fhir/media-types';
import { withParameter } from '../fhir/searchset';

export interface BundlePage extends Pick<TextBundle, 'type' | 'entries'> {
  /** Path of the route as callers see it, such as `/Patient/1/_history`. */
  readonly path: string;
  /** The cursor of the next page; `undefined` on the last one. */
  readonly nextCursor: string | undefined;
}

/** 200 with a page of resources, under the query as the caller wrote it. */
export function bundleAnswer(context: ApiContext, { type, entries, path, nextCursor }: BundlePage): Answer {
  const selfUrl = new URL(`${context.env.baseUrl}${path}`);
  // Written as the caller meant it, whatever way it was escaped.
  selfUrl.search = String(new URL(context.req.url).searchParams);
  const body = bundleText({
    type,
    selfUrl: selfUrl.href,
    nextUrl: nextCursor === undefined ? undefined : withParameter(selfUrl, '_cursor', nextCursor),
    entries,
  });
  return { status: 200, contentType: FHIR_JSON, body, returnedCount: entries.length };
}
