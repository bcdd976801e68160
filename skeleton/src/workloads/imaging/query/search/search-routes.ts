import type { Level } from './attributes';
import { toDicomJson } from './dicom-json';
import { readSearch } from './read-search';
import { type FoundRow, searchStatement } from './statement';
import type { Queryable } from '../../../../runtime/http/queryable';
import type { Exchange } from '../../http/route';
import { acceptOf, requireDicomJson } from '../accept';
import { type Answer, DICOM_JSON } from '../answer';
import { auditedPatient } from '../audited-patient';
import type { PatientDataRoute, Reading } from '../patient-data-route';
import type { Scopes } from '../scope';
import { requireUid } from '../uid';

export interface SearchDependencies {
  readonly database: Queryable;
  readonly scopes: Scopes;
  /** Begins every Retrieve URL; without a slash at its end. */
  readonly publicUrl: string;
}

const PATHS: ReadonlyArray<readonly [path: string, level: Level]> = [
  ['/studies', 'study'],
  ['/series', 'series'],
  ['/instances', 'instance'],
  ['/studies/:study/series', 'series'],
  ['/studies/:study/instances', 'instance'],
  ['/studies/:study/series/:series/instances', 'instance'],
];

const RESOURCE_TYPES = { study: 'Study', series: 'Series', instance: 'Instance' } as const;

/** The searches of the studies service (QIDO-RS, DICOM PS3.18, 10.6). */
export function searchRoutes(dependencies: SearchDependencies): PatientDataRoute[] {
  return PATHS.map(([path, level]) => ({
    path,
    action: 'search',
    resourceType: RESOURCE_TYPES[level],
    get: async (exchange, reading) => search(level, exchange, { reading, ...dependencies }),
  }));
}

async function search(
  level: Level,
  exchange: Exchange,
  { reading, database, scopes, publicUrl }: SearchDependencies & { readonly reading: Reading },
): Promise<Answer> {
  requireDicomJson(acceptOf(exchange));
  const { study, series } = exchange.parameters;
  const within = {
    ...(study !== undefined && { studyUid: requireUid('study', study) }),
    ...(series !== undefined && { seriesUid: requireUid('series', series) }),
  };
  reading.resourceId = series ?? study ?? null;
  const asked = readSearch(level, within, exchange.query);
  const scope = await scopes.of(exchange);
  const { text, values } = searchStatement(asked, scope);
  const { rows } = await database.query<FoundRow>(text, values);
  const shown = rows.slice(0, asked.limit);
  reading.patientIds = [...new Set(shown.map(auditedPatient))];
  const warnings = [...asked.warnings];
  if (rows.length > shown.length) {
    // How many is not counted: to count them all may take longer than to show a page.
    warnings.push(
      `There are additional results that can be requested: repeat with offset=${asked.offset + asked.limit}, or narrow the search.`,
    );
  }
  const headers = {
    ...(warnings.length > 0 && { Warning: warnings.map((warning) => `299 ${publicUrl}: ${warning}`) }),
  };
  // An answer without a result has no body (DICOM PS3.18, 10.6.3.1).
  if (shown.length === 0) return { status: 204, headers, returnedCount: 0 };
  const body = JSON.stringify(shown.map((row) => toDicomJson(row, asked, publicUrl)));
  return { status: 200, headers: { 'Content-Type': DICOM_JSON, ...headers }, body, returnedCount: shown.length };
}
