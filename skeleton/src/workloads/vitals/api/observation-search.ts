import { z } from 'zod';
import { matchingCodes, neverMatching } from './asked-codes';
import { CursorCodec, positionInstant, positionText } from '../../../runtime/fhir/cursor';
import type { Issue } from '../../../runtime/fhir/operation-outcome';
import { readCursor } from '../../../runtime/fhir/search/cursor-parameter';
import { matchingMoments } from '../../../runtime/fhir/search/date';
import { dates, format, pageCursor, pageSize, requiredReference, tokens } from '../../../runtime/fhir/search/parameter';
import { readSearch, type SearchDefinition } from '../../../runtime/fhir/search/read-search';
import { ALL_TIME, intersection, type TimeRanges, union } from '../../../runtime/fhir/search/time-ranges';

/** What `GET /Observation` may be asked. */
export const OBSERVATION_SEARCH = {
  patient: requiredReference('Patient', 'Whose vital signs.'),
  code: tokens('Which vital signs, by LOINC code.'),
  date: dates('When they were observed.'),
  _count: pageSize({ default: 100, max: 1000 }),
  _cursor: pageCursor(),
  _format: format(),
} satisfies SearchDefinition;

/** Place of a reading in the order of answers: newest first, then by code and event. */
const positionSchema = z.strictObject({
  /** UTC with six decimals, as the database keeps it. */
  observedAt: positionInstant(6),
  code: positionText,
  eventId: z.guid(),
});
export type ReadingPosition = z.output<typeof positionSchema>;

const cursors = new CursorCodec(positionSchema);

/** A page of one patient's readings. */
export interface ReadingsQuery {
  readonly patientId: string;
  /** Codes asked for that can be stored; empty when none can. */
  readonly codes: readonly string[];
  readonly times: TimeRanges;
  readonly pageSize: number;
  /** The last reading of the page before. */
  readonly after: ReadingPosition | undefined;
}

export interface ObservationSearch {
  readonly query: ReadingsQuery;
  /** Codes that never match: a mistyped one must not look like a patient without readings. */
  readonly notes: readonly Issue[];
  /** The cursor of the page that follows a reading. */
  readonly cursorAfter: (position: ReadingPosition) => string;
}

/** @throws FhirRequestError 400 that names each wrong parameter. */
export function readObservationSearch(parameters: URLSearchParams): ObservationSearch {
  const asked = readSearch(OBSERVATION_SEARCH, parameters);
  const codes = matchingCodes(asked.code);
  const times = asked.date
    .map((any) => any.map(matchingMoments).reduce(union, []))
    .reduce<TimeRanges>(intersection, ALL_TIME);
  const canonical = canonicalSearch(asked.patient, codes, times);
  return {
    query: {
      patientId: asked.patient,
      codes,
      times,
      pageSize: asked._count,
      after: readCursor(cursors, asked._cursor, canonical),
    },
    notes: neverMatching(asked.code),
    cursorAfter: ({ observedAt, code, eventId }) => cursors.encode({ observedAt, code, eventId }, canonical),
  };
}

function canonicalSearch(patientId: string, codes: readonly string[], times: TimeRanges): string {
  return JSON.stringify([patientId, codes, times.map(({ fromMicros, toMicros }) => `${fromMicros}/${toMicros}`)]);
}
