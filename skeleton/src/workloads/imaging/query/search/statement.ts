import { type Attribute, isWithin, type Level } from './attributes';
import { conditionsSql, Parameters } from './conditions';
import type { Search } from './read-search';
import type { Scope } from '../scope';

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** One row of an answer: the keys, columns by the tags that they are, and attributes of an instance as DICOM JSON. */
export interface FoundRow {
  readonly hospitalId: number;
  readonly issuer: string;
  readonly patientId: string;
  readonly studyUid: string;
  readonly seriesUid: string | null;
  readonly sopInstanceUid: string | null;
  readonly json: Readonly<Record<string, object>> | null;
  readonly [tag: string]: unknown;
}

interface LevelSql {
  /** Keys of a row, the hospital's number aside. */
  readonly keys: string;
  /** Unique within a hospital, in the order of an index. */
  readonly order: readonly string[];
  /** The instance whose attributes stand for the rest. */
  readonly sample: string;
}

const LEVEL_SQL: Readonly<Record<Level, LevelSql>> = {
  study: {
    keys: 'study.study_uid AS "studyUid", NULL::text AS "seriesUid", NULL::text AS "sopInstanceUid"',
    order: ['study.study_date DESC NULLS LAST', 'study.study_uid'],
    sample: 'sample.study_uid = page."studyUid" ORDER BY sample.series_uid, sample.sop_instance_uid',
  },
  series: {
    keys: 'series.study_uid AS "studyUid", series.series_uid AS "seriesUid", NULL::text AS "sopInstanceUid"',
    order: ['series.study_uid', 'series.series_number', 'series.series_uid'],
    sample: `sample.study_uid = page."studyUid" AND sample.series_uid = page."seriesUid"
      ORDER BY sample.study_uid, sample.series_uid, sample.sop_instance_uid`,
  },
  instance: {
    keys: `instance.study_uid AS "studyUid", instance.series_uid AS "seriesUid",
      instance.sop_instance_uid AS "sopInstanceUid"`,
    order: ['instance.study_uid', 'instance.series_uid', 'instance.instance_number', 'instance.sop_instance_uid'],
    sample: 'sample.sop_instance_uid = page."sopInstanceUid"',
  },
};

/** Rows of a page's studies, series and so on: each is looked up by its key, so that no table is read as a whole for it. */
const LOOKUPS = {
  study: `CROSS JOIN LATERAL (SELECT * FROM study
    WHERE study.hospital_id = page."hospitalId" AND study.study_uid = page."studyUid" LIMIT 1) AS study`,
  patient: `CROSS JOIN LATERAL (SELECT * FROM patient
    WHERE patient.hospital_id = study.hospital_id AND patient.issuer = study.issuer AND patient.patient_id = study.patient_id
    LIMIT 1) AS patient`,
  series: `CROSS JOIN LATERAL (SELECT * FROM series
    WHERE series.hospital_id = page."hospitalId" AND series.series_uid = page."seriesUid" LIMIT 1) AS series`,
  instance: `CROSS JOIN LATERAL (SELECT * FROM instance
    WHERE instance.hospital_id = page."hospitalId" AND instance.sop_instance_uid = page."sopInstanceUid" LIMIT 1) AS instance`,
} as const;

/** Figures that are made of several rows, once for each study or series of the page, however many rows it has there. */
const STUDY_FIGURES = `JOIN (
    SELECT of_study.*,
      (SELECT array_agg(DISTINCT modality ORDER BY modality) FROM series
       WHERE series.hospital_id = of_study."hospitalId" AND series.study_uid = of_study."studyUid" AND modality <> '') AS modalities,
      (SELECT count(*)::integer FROM series
       WHERE series.hospital_id = of_study."hospitalId" AND series.study_uid = of_study."studyUid") AS study_series,
      (SELECT count(*)::integer FROM instance
       WHERE instance.hospital_id = of_study."hospitalId" AND instance.study_uid = of_study."studyUid") AS study_instances
    FROM (SELECT DISTINCT "hospitalId", "studyUid" FROM page) AS of_study
  ) AS study_figures USING ("hospitalId", "studyUid")`;
const SERIES_FIGURES = `JOIN (
    SELECT of_series.*,
      (SELECT count(*)::integer FROM instance
       WHERE instance.hospital_id = of_series."hospitalId" AND instance.study_uid = of_series."studyUid"
         AND instance.series_uid = of_series."seriesUid") AS series_instances
    FROM (SELECT DISTINCT "hospitalId", "studyUid", "seriesUid" FROM page) AS of_series
  ) AS series_figures USING ("hospitalId", "studyUid", "seriesUid")`;

/**
 * The statement of a search. Each hospital's rows are found by themselves, by as few tables as the conditions need and no more of
 * them than the page; of several hospitals' the page is made, and only then what it shows is looked up. One row more than the
 * limit says whether there are others behind it.
 */
export function searchStatement(search: Search, scope: Scope): Statement {
  const { level, limit, offset } = search;
  const { keys, order, sample } = LEVEL_SQL[level];
  const parameters = new Parameters();
  const hospitals = parameters.add(scope);
  const last = parameters.add(offset + limit + 1);
  const [rows, skipped] = [parameters.add(limit + 1), parameters.add(offset)];
  const conditions = [...withinSql(search, parameters), ...conditionsSql(search.conditions, parameters)];
  const sortColumns = order.map((term, index) => `${term.replace(/ .*/, '')} AS "sort${index}"`);
  const sort = [...order.map((term, index) => `"sort${index}"${/ .*/.exec(term)?.[0] ?? ''}`), '"hospitalId"'].join(
    ', ',
  );
  const text = `
WITH page AS MATERIALIZED (
  SELECT found.* FROM unnest(${hospitals}::integer[]) AS scope (hospital_id) CROSS JOIN LATERAL (
    SELECT ${[`${level}.hospital_id AS "hospitalId"`, keys, ...sortColumns].join(', ')}
    FROM ${tablesSql(search)}
    WHERE ${[`${level}.hospital_id = scope.hospital_id`, ...conditions].join(' AND ')}
    ORDER BY ${order.join(', ')} LIMIT ${last}::integer
  ) AS found
  ORDER BY ${sort} LIMIT ${rows}::integer OFFSET ${skipped}::integer
)
SELECT page.*, study.issuer, study.patient_id AS "patientId", ${[...columnsSql(search), jsonSql(search, sample, parameters)].join(', ')}
FROM page ${lookupsSql(search)}
ORDER BY ${sort}`;
  return { text, values: parameters.values };
}

function withinSql({ level, within }: Search, parameters: Parameters): string[] {
  const { studyUid, seriesUid } = within;
  return [
    ...(studyUid === undefined ? [] : [`${level}.study_uid = ${parameters.add(studyUid)}`]),
    ...(seriesUid === undefined ? [] : [`${level}.series_uid = ${parameters.add(seriesUid)}`]),
  ];
}

/** The searched table, and those that conditions are about: keys that it has itself need no other. */
function tablesSql({ level, conditions }: Search): string {
  const named = new Set(conditions.map(({ attribute }) => tableOf(attribute)));
  const needs = (table: string) => level !== table && named.has(table);
  const study = `JOIN study ON study.hospital_id = ${level}.hospital_id AND study.study_uid = ${level}.study_uid`;
  return [
    level,
    ...(needs('series')
      ? [`JOIN series ON series.hospital_id = ${level}.hospital_id AND series.series_uid = ${level}.series_uid`]
      : []),
    ...(needs('study') || (needs('patient') && level !== 'study') ? [study] : []),
    ...(needs('patient')
      ? [
          'JOIN patient ON patient.hospital_id = study.hospital_id AND patient.issuer = study.issuer AND patient.patient_id = study.patient_id',
        ]
      : []),
  ].join(' ');
}

function tableOf({ column = '', keyword }: Attribute): string {
  return keyword === 'ModalitiesInStudy' ? 'study' : column.replace(/\..*/, '');
}

function columnsSql({ shown }: Search): string[] {
  return shown.flatMap(({ column, tag }) => (column === undefined ? [] : [`${column} AS "${tag}"`]));
}

function lookupsSql({ level, shown }: Search): string {
  const hasFigures = (one: Level) =>
    shown.some(({ column, level: of }) => of === one && column?.includes('.') === false);
  return [
    LOOKUPS.study,
    LOOKUPS.patient,
    ...(isWithin('series', level) ? [LOOKUPS.series] : []),
    ...(isWithin('instance', level) ? [LOOKUPS.instance] : []),
    ...(hasFigures('study') ? [STUDY_FIGURES] : []),
    ...(hasFigures('series') ? [SERIES_FIGURES] : []),
  ].join('\n');
}

/** What no column has, of one instance of the row: read only for what is shown. */
function jsonSql({ shown, shownTags }: Search, sample: string, parameters: Parameters): string {
  const tags = [...shown.filter(({ column }) => column === undefined).map(({ tag }) => tag), ...shownTags];
  return `(
    SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(sample.metadata) WHERE key = ANY (${parameters.add(tags)}::text[]))
    FROM instance AS sample WHERE sample.hospital_id = page."hospitalId" AND ${sample} LIMIT 1
  ) AS json`;
}
