import { Problem } from '../http/problem';

/** A UID: digits and dots, at most 64 characters (DICOM PS3.5, 9.1). Leading zeros, which some devices write, are let through. */
const UID = /^[0-9]+(?:\.[0-9]+)*$/;
const UID_CHARACTERS_MAX = 64;

export function isUid(text: string): boolean {
  return text.length <= UID_CHARACTERS_MAX && UID.test(text);
}

/** @throws Problem 400 that names the part of the path. */
export function requireUid(name: string, text: string | undefined): string {
  if (text !== undefined && isUid(text)) return text;
  throw new Problem(
    400,
    'parameter_invalid',
    `The path's ${name} is no UID: a UID is of digits and dots, such as 1.2.840.10008.1.1, and has 64 characters at the most.`,
  );
}
