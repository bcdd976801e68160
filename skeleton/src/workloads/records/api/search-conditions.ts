import type { Condition } from './resource-query';
import type { DateSearch } from '../../../runtime/fhir/search/date';
import { toTimestamps } from '../../../runtime/fhir/search/time-ranges';
import type { TokenSearch } from '../../../runtime/fhir/search/token';
import type { StatementValues } from '../statement';

type Of<Kind extends Condition['kind']> = Extract<Condition, { kind: Kind }>;

/** Rows of a table by which a condition is judged. */
export interface Filter {
  readonly table: string;
  readonly where: readonly string[];
}

/** A row of a condition's table in the statement. */
export interface ConditionRow {
  readonly name: string;
  /** Whether the row is that of a candidate, whose id is known already, or is looked for by the condition. */
  readonly isOfCandidate: boolean;
}

/**
 * What must hold of a row. A candidate's few rows are found by its id: `IS NOT DISTINCT FROM` and `IS TRUE` mean what stands without them, and
 * keep the planner from an index by parameter or time, which seems as good to it as long as it has no statistics, and in which it would read
 * all that are `final`, say, for each candidate. (The index of targets is as good: it ends with the id.)
 */
export function conditionOf(
  condition: Condition,
  { name: row, isOfCandidate }: ConditionRow,
  values: StatementValues,
): Filter {
  const ofParameter = (name: string) =>
    `${row}.parameter ${isOfCandidate ? 'IS NOT DISTINCT FROM' : '='} ${values.add(name)}`;
  switch (condition.kind) {
    case 'id':
      return {
        table: 'resource',
        where: [`NOT ${row}.deleted`, `${row}.resource_id = ANY (${values.add(condition.any)}::text[])`],
      };
    case 'lastUpdated':
      return {
        table: 'resource',
        where: [`NOT ${row}.deleted`, `${rangesSql(condition, row, values)}${isOfCandidate ? ' IS TRUE' : ''}`],
      };
    case 'token':
      return {
        table: 'resource_token',
        where: [ofParameter(condition.parameter), anyOf(condition.any.map((token) => tokenSql(token, row, values)))],
      };
    case 'date':
      return {
        table: 'resource_date',
        where: [ofParameter(condition.parameter), anyOf(condition.any.map((date) => dateSql(date, row, values)))],
      };
    case 'reference': {
      const wanted = `SELECT target_type, target_id FROM ${values.once(wantedReferences(condition, values))}`;
      return {
        table: 'resource_reference',
        where: [
          `${row}.parameter = ${values.add(condition.parameter)}`,
          `(${row}.target_type, ${row}.target_id) IN (${wanted})`,
        ],
      };
    }
  }
}

/** Each target once; of a patient, also those who were merged into the patient. */
export function wantedReferences({ any }: Of<'reference'>, values: StatementValues): string {
  const types = values.add(any.map(({ targetType }) => targetType));
  const ids = values.add(any.map(({ targetId }) => targetId));
  return `
  SELECT asked.target_type, asked.target_id
  FROM unnest(${types}::text[], ${ids}::text[]) AS asked (target_type, target_id)
  UNION
  SELECT 'Patient', patient_with_merged(asked.target_id)
  FROM unnest(${types}::text[], ${ids}::text[]) AS asked (target_type, target_id)
  WHERE asked.target_type = 'Patient'`;
}

/**
 * Each pair of system and code once. For a code in whatever system, its systems are found by one descent of the index each, so that the
 * resources of each pair are read in the order of their ids.
 *
 * @param type what stands for the type of resource in the statement.
 */
export function wantedTokens({ parameter, any }: Of<'token'>, type: string, values: StatementValues): string {
  const known = any.filter(({ system }) => system !== undefined);
  const systems = values.add(known.map(({ system }) => system ?? ''));
  const codes = values.add(known.map(({ code }) => code));
  const pairs = `SELECT * FROM unnest(${systems}::text[], ${codes}::text[]) AS pair (system, code)`;
  const anywhere = any.filter(({ system }) => system === undefined).map(({ code }) => code);
  if (anywhere.length === 0) return `SELECT DISTINCT * FROM (${pairs}) AS pairs`;
  const name = values.add(parameter);
  const nextSystem = (code: string, beyond: string) => `
    SELECT min(token.system) FROM resource_token AS token
    WHERE token.resource_type = ${type} AND token.parameter = ${name} AND token.code = ${code}${beyond}`;
  return `
  WITH RECURSIVE said (code, system) AS (
    SELECT asked.code, (${nextSystem('asked.code', '')}) FROM unnest(${values.add(anywhere)}::text[]) AS asked (code)
    UNION
    SELECT said.code, (${nextSystem('said.code', ' AND token.system > said.system')}) FROM said
    WHERE said.system IS NOT NULL
  )
  SELECT system, code FROM said WHERE system IS NOT NULL UNION ${pairs}`;
}

function tokenSql({ system, code }: TokenSearch, row: string, values: StatementValues): string {
  return [
    ...(code === undefined ? [] : [`${row}.code = ${values.add(code)}`]),
    ...(system === undefined ? [] : [`${row}.system = ${values.add(system ?? '')}`]),
  ].join(' AND ');
}

/**
 * How a stretch of time compares to what is asked (FHIR R4, Search, "Prefixes"): both are as long as they are precise. A stretch is greater
 * or equal when any of it is, as other servers have it: an encounter until the 3rd is found by `ge` the 3rd.
 */
function dateSql({ prefix, range }: DateSearch, row: string, values: StatementValues): string {
  const ends = toTimestamps(range);
  const from = () => `${values.add(ends.from)}::timestamptz`;
  const to = () => `${values.add(ends.to)}::timestamptz`;
  // That it starts before the end follows from the rest; by it the index knows where to stop.
  const isWithin = () => `(${row}.starts_at >= ${from()} AND ${row}.starts_at < ${to()} AND ${row}.ends_at <= ${to()})`;
  switch (prefix) {
    case 'eq':
      return isWithin();
    case 'ne':
      return `NOT ${isWithin()}`;
    case 'gt':
      return `${row}.ends_at > ${to()}`;
    case 'lt':
      return `${row}.starts_at < ${from()}`;
    case 'ge':
      return `${row}.ends_at > ${from()}`;
    case 'le':
      return `${row}.starts_at < ${to()}`;
    case 'sa':
      return `${row}.starts_at >= ${to()}`;
    case 'eb':
      return `${row}.ends_at <= ${from()}`;
  }
}

function rangesSql({ any }: Of<'lastUpdated'>, row: string, values: StatementValues): string {
  return anyOf(
    any.map((range) => {
      const { from, to } = toTimestamps(range);
      const time = `${row}.last_updated`;
      return `${time} >= ${values.add(from)}::timestamptz AND ${time} < ${values.add(to)}::timestamptz`;
    }),
  );
}

/** No alternative at all finds nothing. */
function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'false' : `(${conditions.map((one) => `(${one})`).join(' OR ')})`;
}
