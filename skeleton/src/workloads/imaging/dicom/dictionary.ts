import table from './dictionary-table.json';
import { elementOf, groupOf, isPrivate, tagDigits, tagText } from './tag';

const VRS_BY_TAG = new Map<string, readonly string[]>();
for (const [vrs, rows] of Object.entries(table.tags)) {
  const ofThese = vrs.split('|');
  for (const tag of rows.flatMap((row) => row.split(' '))) VRS_BY_TAG.set(tag, ofThese);
}

/** Attributes of repeating groups, such as overlays: tags in which an `x` stands for any digit. */
const REPEATING = Object.entries(table.repeating).flatMap(([vrs, masks]) =>
  masks
    .split(' ')
    .map((mask) => ({ pattern: new RegExp(`^${mask.replaceAll('x', '[0-9A-F]')}$`), vrs: vrs.split('|') })),
);

/**
 * Value representations that the standard's dictionary has for an attribute, the usual one first. Empty for what it does not know: private
 * attributes, and those of a later edition.
 */
export function vrsOf(tag: number): readonly string[] {
  // Group lengths, of any group (DICOM PS3.5, 7.2).
  if (elementOf(tag) === 0) return ['UL'];
  // Who reserves a block of private attributes (PS3.5, 7.8.1).
  if (isPrivate(tag)) return elementOf(tag) >= 0x10 && elementOf(tag) <= 0xff ? ['LO'] : [];
  const digits = tagDigits(tag);
  const known = VRS_BY_TAG.get(digits);
  if (known !== undefined) return known;
  return REPEATING.find(({ pattern }) => pattern.test(digits))?.vrs ?? [];
}

/**
 * The value representation in files whose transfer syntax does not write it (DICOM PS3.5, A.1): of several, words for overlay and pixel data
 * and look-up tables, and unsigned numbers for the rest, of which Pixel Representation would tell more.
 */
export function implicitVr(tag: number): string {
  const vrs = vrsOf(tag);
  const isBulk = vrs.includes('OW') && (groupOf(tag) === 0x7fe0 || groupOf(tag) >= 0x5000 || vrs.length > 1);
  return isBulk ? 'OW' : (vrs[0] ?? 'UN');
}

/**
 * An element as a message may name it: by its tag where the standard's dictionary has it. Where a length before was wrong, what is read as a
 * tag are letters of some value, and no message may tell them.
 */
export function tagName(tag: number): string {
  const isOfItems = groupOf(tag) === 0xfffe;
  return isOfItems || (elementOf(tag) !== 0 && !isPrivate(tag) && vrsOf(tag).length > 0) ? tagText(tag) : 'an element';
}
