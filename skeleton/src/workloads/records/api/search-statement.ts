import type { Condition, ResourcePosition, ResourceQuery } from './resource-query';
import { conditionOf, type Filter, wantedReferences, wantedTokens } from './search-conditions';
import { type PageStatement, StatementValues } from '../statement';

/** Where candidates for a page come from. */
interface Source {
  /** What is looked for, one row `wanted` each. Its candidates are taken one by one, as many as fit on a page. */
  readonly wanted?: string;
  /** Rows `candidate`. */
  readonly table: string;
  readonly where: readonly string[];
  /** Default: by id. */
  readonly isByTime?: boolean;
}

/**
 * The statement for a page of a search, one resource more than fits on it. It takes candidates from the index that finds the fewest, in the
 * order of the answer, looks up for each whether the other conditions hold, and stops when the page is full. So a page costs in proportion
 * to the candidates that it looks at, never to the resources of a type, unless nothing but dates and systems is asked for.
 */
export function searchStatement({ resourceType, conditions, pageSize, after }: ResourceQuery): PageStatement {
  const values = new StatementValues();
  const [type, limit] = [values.add(resourceType), values.add(pageSize + 1)];
  const driver = driverOf(conditions);
  const source = sourceOf(driver, type, values);
  const columns = source.isByTime === true ? ['last_updated', 'resource_id'] : ['resource_id'];
  const of = (row: string) => columns.map((name) => `${row}.${name}`).join(', ');
  const where = [
    `candidate.resource_type = ${type}`,
    ...source.where,
    ...(after === undefined ? [] : [`(${of('candidate')}) > (${placeOf(after, columns, values)})`]),
    ...conditions.filter((one) => one !== driver).map((one) => filterOf(one, type, values)),
  ];
  const candidates = `
  SELECT DISTINCT ${of('candidate')} FROM ${source.table} AS candidate
  WHERE ${where.join('\n    AND ')}
  ORDER BY ${of('candidate')} LIMIT ${limit}`;
  const found =
    source.wanted === undefined
      ? candidates
      : `
  SELECT DISTINCT ${of('one')} FROM (${source.wanted}) AS wanted CROSS JOIN LATERAL (${candidates}) AS one
  ORDER BY ${of('one')} LIMIT ${limit}`;
  const text = `
SELECT resource.resource_type, resource.resource_id, resource.version_id
FROM (${found}) AS found JOIN resource ON resource.resource_type = ${type} AND resource.resource_id = found.resource_id`;
  return values.page(text, of('version'));
}

function placeOf(after: ResourcePosition, columns: readonly string[], values: StatementValues): string {
  return columns
    .map((name) =>
      name === 'resource_id' ? values.add(after.resourceId) : `${values.add(after.lastUpdated)}::timestamptz`,
    )
    .join(', ');
}

/** The condition that finds the fewest resources, as far as can be told without looking. */
function driverOf(conditions: readonly Condition[]): Condition | undefined {
  const isExact = (one: Condition) => one.kind === 'token' && one.any.every(({ code }) => code !== undefined);
  const names = (one: Condition, parameter: string) => one.kind === 'token' && one.parameter === parameter;
  return (
    conditions.find(({ kind }) => kind === 'id') ??
    conditions.find((one) => isExact(one) && names(one, 'identifier')) ??
    conditions.find(({ kind }) => kind === 'reference') ??
    conditions.find((one) => isExact(one) && !names(one, 'status')) ??
    conditions.find(isExact) ??
    conditions.find(({ kind }) => kind === 'lastUpdated') ??
    conditions.find(({ kind }) => kind === 'date')
  );
}

function sourceOf(driver: Condition | undefined, type: string, values: StatementValues): Source {
  if (driver === undefined) return { table: 'resource', where: ['NOT candidate.deleted'] };
  if (driver.kind === 'reference') {
    return {
      wanted: wantedReferences(driver, values),
      table: 'resource_reference',
      where: [
        `candidate.parameter = ${values.add(driver.parameter)}`,
        'candidate.target_type = wanted.target_type',
        'candidate.target_id = wanted.target_id',
      ],
    };
  }
  if (driver.kind === 'token' && driver.any.every(({ code }) => code !== undefined)) {
    return {
      wanted: wantedTokens(driver, type, values),
      table: 'resource_token',
      where: [
        `candidate.parameter = ${values.add(driver.parameter)}`,
        'candidate.code = wanted.code',
        'candidate.system = wanted.system',
      ],
    };
  }
  const { table, where } = conditionOf(driver, { name: 'candidate', isOfCandidate: false }, values);
  return { table, where, isByTime: driver.kind === 'lastUpdated' };
}

/**
 * Whether a candidate has what a condition asks for. `OFFSET 0` has the planner look it up for each candidate: turned into a join, it would
 * read all that are `final`, say, before the first candidate.
 */
function filterOf(condition: Condition, type: string, values: StatementValues): string {
  const { table, where }: Filter = conditionOf(condition, { name: 'entry', isOfCandidate: true }, values);
  const all = [`entry.resource_type = ${type}`, 'entry.resource_id = candidate.resource_id', ...where].join(' AND ');
  return `EXISTS (SELECT FROM ${table} AS entry WHERE ${all} OFFSET 0)`;
}
