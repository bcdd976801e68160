/** The group of a tag, which is one number: 0x0010 of 0x00100020. */
export function groupOf(tag: number): number {
  return Math.floor(tag / 0x10000);
}

/** The element number of a tag: 0x0020 of 0x00100020. */
export function elementOf(tag: number): number {
  return tag % 0x10000;
}

/** Private attributes have an odd group (DICOM PS3.5, 7.8). */
export function isPrivate(tag: number): boolean {
  return groupOf(tag) % 2 === 1;
}

/** Eight hexadecimal digits in capitals, as DICOM JSON has them (PS3.18, F.2.2): `00100020`. */
export function tagDigits(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}

/** As people write it: `(0010,0020)`. */
export function tagText(tag: number): string {
  const digits = tagDigits(tag);
  return `(${digits.slice(0, 4)},${digits.slice(4)})`;
}
