import table from './profile-table.json';
import { groupOf } from '../dicom/tag';

/** What is done with an attribute: action codes of DICOM PS3.15, Table E.1-1a, once the conditional ones are resolved. */
export type ProfileAction = 'remove' | 'empty' | 'dummy' | 'uid' | 'clean';

/** A row of PS3.15, Table E.1-1. */
export interface ProfileRow {
  readonly keyword: string;
  /** As the table has it, such as `X/Z/D`. */
  readonly basicProfile: string;
  readonly action: ProfileAction;
  /** Whether the option to retain dates, modified, says something of this attribute: code C. */
  readonly modifiedDates: boolean;
}

/**
 * The conditional codes leave to the de-identifier what the IOD requires of an attribute (Type 1, 2 or 3), which private SOP classes
 * and extended ones do not tell. Resolved is each to what is legal for all the types that it names and says nothing of anybody: a dummy
 * wherever one may be required, else an empty value; of `X/Z/U*` the Items remain, with other UIDs.
 */
const RESOLVED: Readonly<Record<string, ProfileAction>> = {
  D: 'dummy',
  Z: 'empty',
  X: 'remove',
  U: 'uid',
  'Z/D': 'dummy',
  'X/Z': 'empty',
  'X/D': 'dummy',
  'X/Z/D': 'dummy',
  'X/Z/U*': 'clean',
};

const ROWS: ReadonlyMap<string, ProfileRow> = new Map(
  Object.entries<readonly string[]>(table.rows).map(([tag, [keyword = '', basicProfile = '', dates]]) => {
    const action = RESOLVED[basicProfile];
    if (action === undefined) throw new Error(`The profile has an unknown code for ${tag}: ${basicProfile}`);
    return [tag, { keyword, basicProfile, action, modifiedDates: dates === 'C' }];
  }),
);

/** Where the table is from, with its edition. */
export const PROFILE_SOURCE: string = table.source;

/** The edition of the standard that the table is from. */
export const PROFILE_EDITION: string = table.source.split(',')[0] ?? table.source;

/** Every row, by its tag: eight hexadecimal digits, `x` for any, or `private`. */
export const PROFILE_ROWS: ReadonlyMap<string, ProfileRow> = ROWS;

/**
 * The row of an attribute; repeating groups (curves, overlays) and private attributes have rows of their own.
 *
 * @param tag group and element as one number, such as 0x00100010.
 */
export function profileRow(tag: number): ProfileRow | undefined {
  const hex = tag.toString(16).padStart(8, '0');
  const own = ROWS.get(hex);
  if (own !== undefined) return own;
  const group = groupOf(tag);
  if (group % 2 === 1) return ROWS.get('private');
  if (group >= 0x5000 && group < 0x5100) return ROWS.get('50xxxxxx');
  return group >= 0x6000 && group < 0x6100 ? ROWS.get(`60xx${hex.slice(4)}`) : undefined;
}
