import { type Attribute, ATTRIBUTES, attributeNamed, isWithin, type Level } from './attributes';
import { type Match, MatchFault, readMatch } from './match';
import { Problem } from '../../http/problem';
import { HOSPITAL_PARAMETER } from '../scope';

export interface Condition {
  readonly attribute: Attribute;
  readonly match: Match;
}

/** A search, read and found legal. */
export interface Search {
  readonly level: Level;
  /** Study and series of the path. */
  readonly within: { readonly studyUid?: string; readonly seriesUid?: string };
  readonly conditions: readonly Condition[];
  /** Attributes to show. */
  readonly shown: readonly Attribute[];
  /** Attributes of instances to show that we have no name for. */
  readonly shownTags: readonly string[];
  readonly limit: number;
  readonly offset: number;
  /** What was asked for and not done, as texts of `Warning` headers. */
  readonly warnings: readonly string[];
}

const LIMIT_DEFAULT = 100;
/** Results of one answer at the most; a higher `limit` is legal, and gets these (DICOM PS3.18, 8.3.4.4.1). */
export const LIMIT_MAX = 1_000;
/** Every result that is skipped is found first: beyond this, a narrower search is the way. */
const OFFSET_MAX = 100_000;
const INCLUDED_MAX = 100;
const TAG = /^[0-9a-f]{8}$/i;

/** Switches that are known and not offered, with what a true one is answered (DICOM PS3.18, 8.3.4.2, 8.3.4.5 and 8.3.4.6). */
const SWITCHES: Readonly<Record<string, string>> = {
  fuzzymatching: 'The fuzzymatching parameter is not supported. Only literal matching has been performed.',
  emptyvaluematching: 'The emptyvaluematching parameter is not supported. Empty Value Matching has not been performed.',
  multiplevaluematching:
    'The multiplevaluematching parameter is not supported. Multiple Value Matching has not been performed.',
};

/** Parameters that are read elsewhere. */
const OTHERS = new Set([HOSPITAL_PARAMETER, 'accept']);

/**
 * Reads the parameters of a search (DICOM PS3.18, 8.3.4). What is not known is refused rather than passed over: an answer to
 * another question than the one that was asked would look like the right one.
 *
 * @throws Problem 400 that names the parameter and what is legal.
 */
export function readSearch(level: Level, within: Search['within'], query: URLSearchParams): Search {
  const conditions: Condition[] = [];
  const shown = new Set(ATTRIBUTES.filter((attribute) => attribute.isRequired && isShown(attribute, level, within)));
  const shownTags = new Set<string>();
  const warnings: string[] = [];
  const matched = new Set<Attribute>();
  let limit = LIMIT_DEFAULT;
  let offset = 0;
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    const value = only(name, values);
    const warning = SWITCHES[name];
    if (name === 'includefield') {
      include(values, { level, shown, shownTags });
    } else if (name === 'limit') {
      limit = Math.min(wholeNumber(name, value, { from: 1, to: 999_999_999 }), LIMIT_MAX);
    } else if (name === 'offset') {
      offset = wholeNumber(name, value, { from: 0, to: OFFSET_MAX });
    } else if (warning !== undefined) {
      if (isTrue(name, value)) warnings.push(warning);
    } else if (!OTHERS.has(name)) {
      const attribute = searchable(name, level);
      if (matched.has(attribute)) {
        throw wrong(`The attribute ${attribute.keyword} is given twice, by keyword and by tag.`);
      }
      matched.add(attribute);
      shown.add(attribute);
      const match = matchOf(attribute, name, value);
      if (match !== undefined) conditions.push({ attribute, match });
    }
  }
  return { level, within, conditions, shown: [...shown], shownTags: [...shownTags], limit, offset, warnings };
}

/** Attributes of a level above are shown when that level is not in the path already (DICOM PS3.18, 10.6.3.3.2 and 10.6.3.3.3). */
function isShown(attribute: Attribute, level: Level, within: Search['within']): boolean {
  if (attribute.level === level) return true;
  // By these an answer says where it belongs, whatever the path.
  if (['StudyInstanceUID', 'SeriesInstanceUID'].includes(attribute.keyword)) return isWithin(attribute.level, level);
  if (attribute.keyword === 'TimezoneOffsetFromUTC') return true;
  if (attribute.level === 'study') return level !== 'study' && within.studyUid === undefined;
  return attribute.level === 'series' && level === 'instance' && within.seriesUid === undefined;
}

function only(name: string, values: readonly string[]): string {
  const [value = '', ...others] = values;
  if (others.length > 0 && name !== 'includefield') throw wrong(`The parameter ${shownName(name)} is given twice.`);
  return value;
}

function wholeNumber(name: string, text: string, { from, to }: { from: number; to: number }): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw wrong(`The parameter ${name} is wrong: expected a whole number from ${from} to ${to}.`);
}

function isTrue(name: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw wrong(`The parameter ${name} is wrong: expected true or false.`);
}

function searchable(name: string, level: Level): Attribute {
  const attribute = attributeNamed(name);
  if (attribute?.matching !== undefined && isWithin(attribute.level, level)) return attribute;
  const legal = ATTRIBUTES.filter((one) => one.matching !== undefined && isWithin(one.level, level));
  throw wrong(
    `The parameter ${shownName(name)} is not offered here: expected attributes by keyword or tag, of ${legal.map(({ keyword }) => keyword).join(', ')}; or includefield, limit, offset, fuzzymatching.`,
  );
}

function matchOf(attribute: Attribute, name: string, value: string): Match | undefined {
  try {
    return readMatch(attribute, value);
  } catch (error) {
    if (!(error instanceof MatchFault)) throw error;
    throw wrong(`The parameter ${name} is wrong: expected ${error.legal}.`);
  }
}

interface Included {
  readonly level: Level;
  readonly shown: Set<Attribute>;
  readonly shownTags: Set<string>;
}

function include(values: readonly string[], { level, shown, shownTags }: Included): void {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  if (names.length > INCLUDED_MAX) {
    throw wrong(`The parameter includefield names more than ${INCLUDED_MAX} attributes.`);
  }
  for (const name of names) {
    const attribute = attributeNamed(name);
    if (name === 'all') {
      for (const one of ATTRIBUTES) if (one.level === level) shown.add(one);
    } else if (attribute !== undefined) {
      // Those of a level below are not to be returned, and asking for them is no fault (DICOM PS3.18, 10.6.3.3).
      if (isWithin(attribute.level, level)) shown.add(attribute);
    } else if (TAG.test(name)) {
      // Of which level it is we do not know; of an instance all are.
      if (level === 'instance') shownTags.add(name.toUpperCase());
    } else {
      throw wrong(
        `The parameter includefield names ${shownName(name)}, which is not known here: expected "all", a keyword such as StudyDescription, or a tag of eight hexadecimal digits.`,
      );
    }
  }
}

/** Names of parameters that cannot be anything but a mistyped one may be repeated to whoever wrote them. */
function shownName(name: string): string {
  return /^[A-Za-z0-9.]{1,64}$/.test(name) ? name : 'with a name that is no keyword and no tag';
}

function wrong(detail: string): Problem {
  return new Problem(400, 'parameter_invalid', detail);
}
