import { z } from 'zod';
import type { TrailPosition, TrailQuery } from './audit-store';
import { CursorCodec, positionInstant } from '../../../runtime/fhir/cursor';
import { FhirRequestError } from '../../../runtime/fhir/request-error';
import { readCursor } from '../../../runtime/fhir/search/cursor-parameter';
import { matchingMoments } from '../../../runtime/fhir/search/date';
import { dates, format, onlyReference, onlyToken, pageCursor, pageSize } from '../../../runtime/fhir/search/parameter';
import { readIfValid, readSearch, type SearchDefinition } from '../../../runtime/fhir/search/read-search';
import { ALL_TIME, intersection, type TimeRanges, union } from '../../../runtime/fhir/search/time-ranges';

/** What `GET /AuditEvent` may be asked. */
export const AUDIT_SEARCH = {
  patient: onlyReference(
    'Patient',
    'Whose data was accessed; also under the ids of those who were merged into the patient.',
  ),
  date: dates('When it was accessed.'),
  altid: onlyToken('Who accessed it, as agent.altId says: the ARN of the principal.'),
  _count: pageSize({ default: 100, max: 1000 }),
  _cursor: pageCursor(),
  _format: format(),
} satisfies SearchDefinition;

const cursors = new CursorCodec<TrailPosition>(
  z.strictObject({
    recordedAt: positionInstant(6),
    accessId: z.guid(),
  }),
);

export interface AuditSearch {
  readonly query: TrailQuery;
  /** The cursor of the page that follows a record. */
  readonly cursorAfter: (position: TrailPosition) => string;
}

/** @throws FhirRequestError 400 that names each wrong parameter, and when a search is for all that there ever was. */
export function readAuditSearch(parameters: URLSearchParams): AuditSearch {
  const asked = readSearch(AUDIT_SEARCH, parameters);
  if (asked.patient === undefined && asked.altid === undefined && asked.date.length === 0) {
    throw new FhirRequestError(400, [
      {
        code: 'required',
        diagnostics: 'One of patient, altid and date at the least is required',
        parameter: 'patient',
      },
    ]);
  }
  const times = asked.date
    .map((any) => any.map(matchingMoments).reduce(union, []))
    .reduce<TimeRanges>(intersection, ALL_TIME);
  const canonical = canonicalSearch(asked.patient, asked.altid, times);
  return {
    query: {
      patientId: asked.patient,
      principal: asked.altid,
      times,
      pageSize: asked._count,
      after: readCursor(cursors, asked._cursor, canonical),
    },
    cursorAfter: ({ recordedAt, accessId }) => cursors.encode({ recordedAt, accessId }, canonical),
  };
}

/** Whose accesses a search asks for, for the trail itself, as far as it is legal. */
export function patientAskedFor(parameters: URLSearchParams): string[] {
  return [readIfValid(AUDIT_SEARCH, 'patient', parameters)].filter((id) => id !== undefined);
}

function canonicalSearch(patientId: string | undefined, principal: string | undefined, times: TimeRanges): string {
  const stretches = times.map(({ fromMicros, toMicros }) => `${fromMicros}/${toMicros}`);
  return JSON.stringify([patientId ?? null, principal ?? null, stretches]);
}
