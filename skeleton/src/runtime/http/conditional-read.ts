import type { Answer } from './route';
import { FHIR_JSON } from '../fhir/media-types';
import type { VersionMeta } from '../fhir/resource-text';

/** The headers that name a version (FHIR R4, RESTful API, "Support for Versions"). */
export function versionHeaders({ versionId, lastUpdated }: VersionMeta): Readonly<Record<string, string>> {
  return { ETag: entityTag(versionId), 'Last-Modified': new Date(lastUpdated).toUTCString() };
}

export function entityTag(versionId: string): string {
  return `W/"${versionId}"`;
}

/** Reads a header of the request. */
export type HeaderReader = (name: string) => string | undefined;

/** 200 with a resource in the body, or 304 without, when the caller has this very version already (RFC 9110, 13.2.2). */
export function conditionalAnswer(version: VersionMeta, body: string, header: HeaderReader): Answer {
  const headers = versionHeaders(version);
  if (isKnown(version, header)) return { status: 304, contentType: FHIR_JSON, headers };
  return { status: 200, contentType: FHIR_JSON, headers, body, returnedCount: 1 };
}

function isKnown({ versionId, lastUpdated }: VersionMeta, header: HeaderReader): boolean {
  const ifNoneMatch = header('If-None-Match');
  if (ifNoneMatch !== undefined) {
    const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return tags.includes('*') || tags.includes(`"${versionId}"`);
  }
  // A date that cannot be read is no condition (RFC 9110, 13.1.3). HTTP's dates have no fractions of a second.
  const sinceMs = Date.parse(header('If-Modified-Since') ?? '');
  return Math.floor(Date.parse(lastUpdated) / 1000) * 1000 <= sinceMs;
}
