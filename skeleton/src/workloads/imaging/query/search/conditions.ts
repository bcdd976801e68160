import type { Attribute } from './attributes';
import type { Match } from './match';
import type { Condition } from './read-search';
import { searchableName } from '../../searchable-name';

/** Values of a statement, each by its place. */
export class Parameters {
  readonly values: unknown[] = [];

  /** @returns the place, such as `$3`. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** Conditions in SQL. Nothing that a caller wrote is in their text. */
export function conditionsSql(conditions: readonly Condition[], parameters: Parameters): string[] {
  return conditions.map(({ attribute, match }) => conditionSql(attribute, match, parameters));
}

function conditionSql(attribute: Attribute, match: Match, parameters: Parameters): string {
  const { column } = attribute;
  if (column === undefined) throw new Error(`${attribute.keyword} is kept in no column and cannot be searched by`);
  if (attribute.keyword === 'ModalitiesInStudy') {
    return `EXISTS (SELECT FROM series AS any_series
      WHERE any_series.hospital_id = study.hospital_id AND any_series.study_uid = study.study_uid
        AND ${comparisonSql('any_series.modality', match, parameters)})`;
  }
  if (match.kind === 'pattern' && attribute.keyword === 'PatientName') {
    return `patient.name_search LIKE ${parameters.add(likePattern(searchableName(match.pattern)))}`;
  }
  // Other names have no column for searches: in small letters as the database knows them.
  if (match.kind === 'pattern' && attribute.matching === 'name') {
    return `lower(${column}) LIKE lower(${parameters.add(likePattern(match.pattern))})`;
  }
  // Times are kept as they came, with or without minutes and seconds.
  if (attribute.matching === 'time') {
    return comparisonSql(`rpad(${column}, greatest(6, length(${column})), '0')`, match, parameters);
  }
  return comparisonSql(column, match, parameters);
}

function comparisonSql(column: string, match: Match, parameters: Parameters): string {
  switch (match.kind) {
    case 'equal':
      return match.values.length === 1
        ? `${column} = ${parameters.add(match.values[0])}`
        : `${column} = ANY (${parameters.add(match.values)}::text[])`;
    case 'number':
      return `${column} = ${parameters.add(match.value)}::integer`;
    case 'pattern':
      return `${column} LIKE ${parameters.add(likePattern(match.pattern))}`;
    case 'range': {
      const ends = [
        ...(match.from === undefined ? [] : [`${column} >= ${parameters.add(match.from)}`]),
        ...(match.to === undefined ? [] : [`${column} <= ${parameters.add(match.to)}`]),
      ];
      return ends.join(' AND ');
    }
  }
}

/** `*` and `?` as SQL's `%` and `_`; what SQL takes for wildcards stands for itself. */
function likePattern(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, '\\$&')
    .replace(/\*+/g, '%')
    .replaceAll('?', '_');
}
