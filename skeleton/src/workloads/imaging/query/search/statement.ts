import type { Attribute, Level } from './attributes';
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
  readonly from: string;
  /** Unique within a hospital, in the order of an index. */
  readonly order: readonly string[];
  readonly keys: string;
  /** The instance whose attributes stand for the rest. */
  readonly sample: string;
}

const PATIENT = 'JOIN patient USING (hospital_id, issuer, patient_id)';

const SQL: Readonly<Record<Level, LevelSql>> = {
  study: {
    from: `study ${PATIENT}`,
    order: ['study.study_date DESC NULLS LAST', 'study.study_uid'],
    keys: 'study.study_uid AS "studyUid", NULL AS "seriesUid", NULL AS "sopInstanceUid"',
    sample: 'sample.study_uid = found."studyUid" ORDER BY sample.series_uid, sample.sop_instance_uid',
  },
  series: {
    from: `series JOIN study USING (hospital_id, study_uid) ${PATIENT}`,
    order: ['series.study_uid', 'series.series_number', 'series.series_uid'],
    keys: 'series.study_uid AS "studyUid", series.series_uid AS "seriesUid", NULL AS "sopInstanceUid"',
    sample: `sample.study_uid = found."studyUid" AND sample.series_uid = found."seriesUid" ORDER BY sample.sop_instance_uid`,
  },
  instance: {
    from: `instance JOIN series ON series.hospital_id = instance.hospital_id AND series.series_uid = instance.series_uid
      JOIN study ON study.hospital_id = instance.hospital_id AND study.study_uid = instance.study_uid
      JOIN patient ON patient.hospital_id = study.hospital_id AND patient.issuer = study.issuer
        AND patient.patient_id = study.patient_id`,
    order: ['instance.study_uid', 'instance.series_uid', 'instance.instance_number', 'instance.sop_instance_uid'],
    keys: 'instance.study_uid AS "studyUid", instance.series_uid AS "seriesUid", instance.sop_instance_uid AS "sopInstanceUid"',
    sample: 'sample.sop_instance_uid = found."sopInstanceUid"',
  },
};

/** Figures and lists that are made of several rows, only for what is shown. */
const COMPUTED: Readonly<Record<string, string>> = {
  modalities: `(SELECT array_agg(DISTINCT modality ORDER BY modality) FROM series
    WHERE series.hospital_id = found."hospitalId" AND series.study_uid = found."studyUid" AND modality <> '')`,
  study_series: `(SELECT count(*)::integer FROM series
    WHERE series.hospital_id = found."hospitalId" AND series.study_uid = found."studyUid")`,
  study_instances: `(SELECT count(*)::integer FROM instance
    WHERE instance.hospital_id = found."hospitalId" AND instance.study_uid = found."studyUid")`,
  series_instances: `(SELECT count(*)::integer FROM instance
    WHERE instance.hospital_id = found."hospitalId" AND instance.study_uid = found."studyUid"
      AND instance.series_uid = found."seriesUid")`,
};

/**
 * The statement of a search. Each hospital's rows are found by themselves, in the order of an index and no more of them than the
 * page needs; of several hospitals' the page is made. One row more than the limit says whether there are others behind it.
 */
export function searchStatement(search: Search, scope: Scope): Statement {
  const { level, limit, offset } = search;
  const { from, order, keys, sample } = SQL[level];
  const parameters = new Parameters();
  const hospitals = parameters.add(scope);
  const last = parameters.add(offset + limit + 1);
  const page = [parameters.add(limit + 1), parameters.add(offset)];
  const conditions = [...withinSql(search, parameters), ...conditionsSql(search.conditions, parameters)];
  const columns = search.shown.filter(isColumn).map(({ column, tag }) => `${column} AS "${tag}"`);
  const computed = search.shown.filter(isComputed).map(({ column = '', tag }) => `${COMPUTED[column]} AS "${tag}"`);
  const tags = [
    ...search.shown.filter(({ column }) => column === undefined).map(({ tag }) => tag),
    ...search.shownTags,
  ];
  const sortColumns = order.map((term, index) => `${term.replace(/ .*/, '')} AS "sort${index}"`);
  const sort = [...order.map((term, index) => `"sort${index}"${/ .*/.exec(term)?.[0] ?? ''}`), '"hospitalId"'].join(
    ', ',
  );
  const text = `
SELECT found.*, ${[...computed, jsonSql(sample, tags, parameters)].join(', ')}
FROM (
  SELECT found.* FROM unnest(${hospitals}::integer[]) AS scope (hospital_id) CROSS JOIN LATERAL (
    SELECT ${[`study.hospital_id AS "hospitalId", study.issuer, study.patient_id AS "patientId", ${keys}`, ...columns, ...sortColumns].join(', ')}
    FROM ${from}
    WHERE ${[`${level}.hospital_id = scope.hospital_id`, ...conditions].join(' AND ')}
    ORDER BY ${order.join(', ')} LIMIT ${last}::integer
  ) AS found
  ORDER BY ${sort} LIMIT ${page[0]}::integer OFFSET ${page[1]}::integer
) AS found
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

/** What no column has, of one instance of the row: read only when it is asked for, and only for what is shown. */
function jsonSql(sample: string, tags: readonly string[], parameters: Parameters): string {
  return `(
    SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(sample.metadata) WHERE key = ANY (${parameters.add(tags)}::text[]))
    FROM instance AS sample WHERE sample.hospital_id = found."hospitalId" AND ${sample} LIMIT 1
  ) AS json`;
}

function isComputed({ column }: Attribute): boolean {
  return column !== undefined && column in COMPUTED;
}

function isColumn(attribute: Attribute): boolean {
  return attribute.column !== undefined && !isComputed(attribute);
}
