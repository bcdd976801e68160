import type { CapabilityStatementRestResourceSearchParam } from 'fhir/r4';
import { FHIR_ID_PATTERN } from '../identifiers';
import { FHIR_JSON } from '../media-types';
import { DATE_PREFIXES, type DateRange, type DateSearch, parseDateRange, parseDateSearch } from './date';
import { splitUnescaped, unescape } from './escape';
import { parseAnyReference, parseReference, type Reference } from './reference';
import { parseToken, type TokenSearch } from './token';
import { quoted, SearchValueError } from './value-error';

/** How many values one parameter may have in a search, all commas and repetitions together: each costs the database a range. */
const VALUES_MAX = 20;

/** One parameter of a search: what the CapabilityStatement says of it, and how its values are read. */
export interface SearchParameter<T> {
  readonly type: CapabilityStatementRestResourceSearchParam['type'];
  readonly documentation: string;
  readonly isRequired: boolean;
  /**
   * Reads all values given under the parameter's name, in their order; none when it is absent.
   * @throws SearchValueError
   */
  readonly read: (values: readonly string[]) => T;
}

/** Values that must all hold; each is a list of which one must hold. */
export type AllOfAny<T> = readonly (readonly T[])[];

/** A required reference to exactly one resource of a type. */
export function requiredReference(type: string, documentation: string): SearchParameter<string> {
  return {
    type: 'reference',
    documentation: `${documentation} Required, once. Written as "id" or "${type}/id".`,
    isRequired: true,
    read: (values) => {
      const value = single(values);
      if (value === undefined) throw new SearchValueError(`is required; legal is "id" or "${type}/id"`);
      if (splitUnescaped(value, ',').length > 1) throw new SearchValueError('takes one value, without commas');
      return parseReference(unescape(value), type);
    },
  };
}

/** A reference to one resource of a type, which may be absent. */
export function onlyReference(type: string, documentation: string): SearchParameter<string | undefined> {
  return {
    type: 'reference',
    documentation: `${documentation} Once. Written as "id" or "${type}/id".`,
    isRequired: false,
    read: (values) => {
      const value = single(values);
      return value === undefined ? undefined : parseReference(unescape(value), type);
    },
  };
}

/** One code in whatever system, which may be absent. */
export function onlyToken(documentation: string): SearchParameter<string | undefined> {
  return {
    type: 'token',
    documentation: `${documentation} Once. Written as "code".`,
    isRequired: false,
    read: (values) => {
      const value = single(values);
      if (value === undefined) return undefined;
      const { system, code } = parseToken(value);
      if (system !== undefined || code === undefined) throw new SearchValueError('takes a code without a system');
      return code;
    },
  };
}

/** Tokens: repetitions must all hold, of values between commas one. */
export function tokens(documentation: string): SearchParameter<AllOfAny<TokenSearch>> {
  return {
    type: 'token',
    documentation: `${documentation} Written as "code", "system|code" or "system|"; a comma means or.`,
    isRequired: false,
    read: (values) => allOfAny(values, parseToken),
  };
}

/** Dates: repetitions must all hold, of values between commas one. */
export function dates(documentation: string): SearchParameter<AllOfAny<DateSearch>> {
  return {
    type: 'date',
    documentation: `${documentation} Any precision; prefixes ${DATE_PREFIXES.join(', ')}; repeated means and, a comma means or; without an offset, UTC.`,
    isRequired: false,
    read: (values) => allOfAny(values, (value) => parseDateSearch(unescape(value))),
  };
}

/** References to one type of resource: repetitions must all hold, of values between commas one. */
export function references(type: string, documentation: string): SearchParameter<AllOfAny<Reference>> {
  return {
    type: 'reference',
    documentation: `${documentation} Written as "id" or "${type}/id"; a comma means or.`,
    isRequired: false,
    read: (values) => allOfAny(values, (value) => ({ type, id: parseReference(unescape(value), type) })),
  };
}

/** References to whatever type of resource: repetitions must all hold, of values between commas one. */
export function anyReferences(documentation: string): SearchParameter<AllOfAny<Reference>> {
  return {
    type: 'reference',
    documentation: `${documentation} Written as "Type/id"; a comma means or.`,
    isRequired: false,
    read: (values) => allOfAny(values, (value) => parseAnyReference(unescape(value))),
  };
}

/** `_id`: repetitions must all hold, of values between commas one. */
export function ids(): SearchParameter<AllOfAny<string>> {
  return {
    type: 'token',
    documentation: 'The id of the resource here; a comma means or.',
    isRequired: false,
    read: (values) =>
      allOfAny(values, (value) => {
        if (FHIR_ID_PATTERN.test(value)) return value;
        throw new SearchValueError('a value is no id; legal are 1 to 64 letters, digits, "-" and "."');
      }),
  };
}

/** One date or time of any precision, as the stretch of time that it is; `undefined` when it is absent. */
export function stretch(documentation: string): SearchParameter<DateRange | undefined> {
  return {
    type: 'date',
    documentation: `${documentation} Any precision, once, without a prefix; without an offset, UTC.`,
    isRequired: false,
    read: (values) => {
      const value = single(values);
      return value === undefined ? undefined : parseDateRange(value);
    },
  };
}

/** Words of a list: of values between commas, and of repetitions, one. All of the list when it is absent. */
export function words(documentation: string, legal: readonly string[]): SearchParameter<readonly string[]> {
  return {
    type: 'token',
    documentation: `${documentation} Legal are ${legal.join(', ')}; a comma means or.`,
    isRequired: false,
    read: (values) => {
      if (values.length === 0) return legal;
      const asked = values.flatMap((value) => splitUnescaped(value, ','));
      const isLegal = asked.every((word) => legal.includes(word));
      if (!isLegal) throw new SearchValueError(`legal are ${legal.join(', ')}, between commas`);
      return legal.filter((word) => asked.includes(word));
    },
  };
}

/** `_count`: how many resources a page has at most. */
export function pageSize(limits: CountLimits): SearchParameter<number> {
  return count('Resources a page', limits);
}

/** What a count may be, and what it is when it is not given. */
export interface CountLimits {
  readonly default: number;
  readonly max: number;
}

/** How many of something are wanted at most: a whole number from 1. */
export function count(documentation: string, limits: CountLimits): SearchParameter<number> {
  const legal = `a whole number from 1 to ${limits.max}`;
  return {
    type: 'number',
    documentation: `${documentation}: ${legal}, ${limits.default} when absent.`,
    isRequired: false,
    read: (values) => {
      const value = single(values) ?? String(limits.default);
      const wanted = /^\d{1,9}$/.test(value) ? Number(value) : 0;
      if (wanted < 1 || wanted > limits.max) throw new SearchValueError(`${quoted(value)} is not ${legal}`);
      return wanted;
    },
  };
}

/** `_cursor`: where a page begins, as an earlier page's link said. Read further by the search that made it. */
export function pageCursor(): SearchParameter<string | undefined> {
  return {
    type: 'special',
    documentation:
      'Where the page begins: opaque, taken from the link "next" of the page before, valid for the same search only.',
    isRequired: false,
    read: single,
  };
}

/** `_format`: only JSON is spoken. Another format is refused with 406 before a search is read. */
export function format(): SearchParameter<string> {
  return {
    type: 'string',
    documentation: `The answer's format: ${FHIR_JSON}, or json for short.`,
    isRequired: false,
    read: (values) => single(values) ?? FHIR_JSON,
  };
}

function single(values: readonly string[]): string | undefined {
  if (values.length > 1) throw new SearchValueError('is given more than once; legal is once');
  if (values[0] === '') throw new SearchValueError('is empty');
  return values[0];
}

function allOfAny<T>(values: readonly string[], parse: (value: string) => T): AllOfAny<T> {
  const alternatives = values.map((value) => splitUnescaped(value, ','));
  const total = alternatives.flat().length;
  if (total > VALUES_MAX) throw new SearchValueError(`has ${total} values; legal are ${VALUES_MAX} at most`);
  return alternatives.map((any) => any.map(parse));
}
