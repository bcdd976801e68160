/** The group of a tag, which is one number: 0x0010 of 0x00100020. */
export function groupOf(tag: number): number {
  return Math.floor(tag / 0x10000);
}

/** The element number of a tag: 0x0020 of 0x00100020. */
export function elementOf(tag: number): number {
  return tag % 0x10000;
}
