import type { Attribute } from './attributes';
import { isUid } from '../uid';

/** What a value has to be, read from a query parameter. */
export type Match =
  | { readonly kind: 'equal'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly value: number }
  /** With `*` and `?`. */
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** Either end may be open; both are included. */
  | { readonly kind: 'range'; readonly from: string | undefined; readonly to: string | undefined };

/** A value that is not legal, with what is. */
export class MatchFault extends Error {
  /** @param legal to be read after "expected". Says nothing of the value, which may be a patient's. */
  constructor(readonly legal: string) {
    super(legal);
    this.name = 'MatchFault';
  }
}

const CHARACTERS_MAX = 256;
const UIDS_MAX = 100;

/**
 * Reads the value of a match (DICOM PS3.4, C.2.2.2; lists of UIDs with commas by PS3.18, 8.3.4.1, with backslashes by PS3.4).
 *
 * @returns `undefined` for one that everything matches: empty, or `*`.
 * @throws MatchFault
 */
export function readMatch({ matching }: Attribute, text: string): Match | undefined {
  const value = text.trim();
  if (matching === 'uid') return readUids(value);
  if (value === '' || /^\*+$/.test(value)) return undefined;
  if (value.length > CHARACTERS_MAX || /\p{Cc}/u.test(value)) {
    throw new MatchFault(`${CHARACTERS_MAX} characters at the most, none of them a control character`);
  }
  switch (matching) {
    case 'date':
      return readRange(value, { pattern: DATE, legal: DATE_LEGAL, complete: (date) => [requireDate(date), date] });
    case 'time':
      return readRange(value, { pattern: TIME, legal: TIME_LEGAL, complete: completeTime });
    case 'number':
      if (!/^[+-]?\d{1,10}$/.test(value) || !fitsInteger(Number(value))) throw new MatchFault('a whole number');
      return { kind: 'number', value: Number(value) };
    case 'name':
      return { kind: 'pattern', pattern: value };
    case 'text':
    case 'code':
      return /[*?]/.test(value) ? { kind: 'pattern', pattern: value } : { kind: 'equal', values: [value] };
    default:
      throw new Error('the attribute cannot be searched by');
  }
}

/** What PostgreSQL's integer holds. */
function fitsInteger(value: number): boolean {
  return value >= -2_147_483_648 && value <= 2_147_483_647;
}

function readUids(text: string): Match | undefined {
  if (text === '' || text === '*') return undefined;
  const values = text.split(/[,\\]/).map((value) => value.trim());
  if (values.length > UIDS_MAX || !values.every(isUid)) {
    throw new MatchFault(
      `a UID, or up to ${UIDS_MAX} with commas between them; a UID is of digits and dots, 64 characters at the most`,
    );
  }
  return { kind: 'equal', values };
}

interface RangeSyntax {
  readonly pattern: RegExp;
  readonly legal: string;
  /** The first and the last moment that a value may mean. */
  complete(value: string): readonly [first: string, last: string];
}

const DATE = /^\d{8}$/;
const DATE_LEGAL = 'a date such as 20261123, or a range such as 20261101-20261130, 20261101- or -20261130';
/** Hours, then minutes, seconds and a fraction, each only behind the one before; 60 is a leap second (DICOM PS3.5, 6.2, TM). */
const TIME = /^(?:[01]\d|2[0-3])(?:[0-5]\d(?:(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?$/;
const TIME_LEGAL = 'a time such as 0730 or 073000, or a range such as 0700-1200, 0700- or -1200';

function readRange(text: string, { pattern, legal, complete }: RangeSyntax): Match {
  const ends = text.split('-').map((end) => end.trim());
  const [from = '', to = from] = ends;
  const given = [from, to].filter((end) => end !== '');
  if (ends.length > 2 || given.length === 0 || !given.every((end) => pattern.test(end))) throw new MatchFault(legal);
  const first = from === '' ? undefined : complete(from)[0];
  const last = to === '' ? undefined : complete(to)[1];
  if (first !== undefined && last !== undefined && first > last) {
    throw new MatchFault(`${legal}, with the earlier end first`);
  }
  return { kind: 'range', from: first, to: last };
}

/** @throws MatchFault for a day that no calendar has. */
function requireDate(date: string): string {
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)];
  const parsed = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(parsed.getTime()) || parsed.getUTCDate() !== Number(day)) throw new MatchFault(DATE_LEGAL);
  return date;
}

/** A time without its minutes or seconds means any of them. */
function completeTime(time: string): readonly [string, string] {
  return [
    time.padEnd(6, '0'),
    time.includes('.') ? time.padEnd(13, '9') : `${time}${'5959'.slice(time.length - 2)}.999999`,
  ];
}
