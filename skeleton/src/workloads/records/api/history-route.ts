import { z } from 'zod';
import { addressedId, addressedType, notThere, UNKNOWN_TYPE } from './addressed-resource';
import type { RecordRoutesDependencies } from './read-routes';
import { PAGE_SIZE } from './resource-search';
import { patientsOfAll, shown, type StoredVersion } from './stored-version';
import type { TextEntry } from '../../../runtime/fhir/bundle-text';
import { CursorCodec } from '../../../runtime/fhir/cursor';
import { readCursor } from '../../../runtime/fhir/search/cursor-parameter';
import { format, pageCursor, pageSize, stretch } from '../../../runtime/fhir/search/parameter';
import { readSearch, type SearchDefinition } from '../../../runtime/fhir/search/read-search';
import { toTimestamps } from '../../../runtime/fhir/search/time-ranges';
import { bundleAnswer } from '../../../runtime/http/bundle-answer';
import { entityTag } from '../../../runtime/http/conditional-read';
import type { PatientDataRoute } from '../../../runtime/http/route';

/** What `GET /{type}/{id}/_history` may be asked. */
export const HISTORY = {
  _since: stretch('Only versions that were stored here from then on.'),
  _count: pageSize(PAGE_SIZE),
  _cursor: pageCursor(),
  _format: format(),
} satisfies SearchDefinition;

/** The last version of the page before: later ones have greater numbers, so that they move no page. */
const cursors = new CursorCodec(z.strictObject({ versionId: z.string().regex(/^\d{1,18}$/) }));

/** `GET /{type}/{id}/_history`: all versions in the order in which they arrived, the last one first. */
export function historyRoute({ store, resourceTypes }: RecordRoutesDependencies): PatientDataRoute {
  return {
    path: '/:type/:id/_history',
    patientData: { action: 'history', resourceType: UNKNOWN_TYPE },
    get: async (context, reading) => {
      const resourceType = addressedType(context, reading, resourceTypes);
      const resourceId = addressedId(context, reading);
      const asked = readSearch(HISTORY, new URL(context.req.url).searchParams);
      const since = asked._since === undefined ? '-infinity' : toTimestamps(asked._since).from;
      const canonical = JSON.stringify([resourceType, resourceId, since]);
      const before = readCursor(cursors, asked._cursor, canonical)?.versionId;
      const current = await store.current(resourceType, resourceId);
      if (current === undefined) throw notThere(resourceType);
      const { versions, next } = await store.history({
        resourceType,
        resourceId,
        since,
        before,
        pageSize: asked._count,
      });
      const contents = versions.map(({ content }) => content);
      reading.patientIds = patientsOfAll([current.content, current.contentBefore, ...contents]);
      return bundleAnswer(context, {
        type: 'history',
        path: `/${resourceType}/${resourceId}/_history`,
        entries: versions.map((version) => historyEntry(version, context.env.baseUrl)),
        nextCursor: next && cursors.encode({ versionId: next.versionId }, canonical),
      });
    },
  };
}

function historyEntry(version: StoredVersion, baseUrl: string): TextEntry {
  const { resourceType, resourceId, versionId, lastUpdated, content } = version;
  const url = `${resourceType}/${resourceId}`;
  const response = { etag: entityTag(versionId), lastModified: lastUpdated };
  if (content === null) {
    return {
      fullUrl: `${baseUrl}/${url}`,
      request: { method: 'DELETE', url },
      response: { status: '204 No Content', ...response },
    };
  }
  return {
    fullUrl: `${baseUrl}/${url}`,
    resource: shown(content, version),
    request: { method: 'PUT', url },
    response: { status: versionId === '1' ? '201 Created' : '200 OK', ...response },
  };
}
