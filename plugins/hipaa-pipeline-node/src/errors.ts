/**
 * Everything that can go wrong in this package, as one closed list of codes.
 *
 * Each is for a person: the message names what was given, what is wrong with it and what to do.
 */
import type { SettingFault } from './settings/tenant';

/**
 * - `ANSWERS_UNREADABLE`: the answers cannot be read as YAML or JSON.
 * - `ANSWERS_INVALID`: answers were read and are wrong; `faults` lists all of them.
 * - `SKELETON_NOT_FOUND`: no skeleton at the place given.
 * - `SKELETON_INVALID`: the skeleton holds something that cannot be rendered; the platform team's to mend.
 * - `TEMPLATE_INVALID`: a Handlebars file of the skeleton breaks the rules; the platform team's to mend.
 * - `TARGET_NOT_EMPTY`: the target folder exists and holds something.
 * - `TARGET_UNUSABLE`: the target is no folder, lies inside the skeleton, or cannot be written.
 */
export const RENDERING_ERROR_CODES = [
  'ANSWERS_UNREADABLE',
  'ANSWERS_INVALID',
  'SKELETON_NOT_FOUND',
  'SKELETON_INVALID',
  'TEMPLATE_INVALID',
  'TARGET_NOT_EMPTY',
  'TARGET_UNUSABLE',
] as const;
export type RenderingErrorCode = (typeof RENDERING_ERROR_CODES)[number];

export interface RenderingErrorDetails {
  /** Every wrong answer. Empty unless the code is `ANSWERS_INVALID`. */
  readonly faults?: readonly SettingFault[];
  readonly cause?: unknown;
}

/** The one error that this package throws on purpose. Trying again without a change never helps. */
export class RenderingError extends Error {
  readonly faults: readonly SettingFault[];

  constructor(
    readonly code: RenderingErrorCode,
    message: string,
    details: RenderingErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'RenderingError';
    this.faults = details.faults ?? [];
  }
}

/** Whether the file system gave this code, such as `ENOENT`. */
export function isFileSystemError(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

const FILE_SYSTEM_REASONS = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'this user has no permission'],
  ['EPERM', 'this user has no permission'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EISDIR', 'it is a folder, not a file'],
  ['ENOTDIR', 'a part of the path is a file, not a folder'],
  ['ENAMETOOLONG', 'the path is too long'],
]);

/** The reason that the file system gives, as a phrase: `ENOENT` becomes "there is no such file or folder". */
export function fileSystemReason(error: unknown): string {
  return FILE_SYSTEM_REASONS.get(codeOf(error) ?? '') ?? reasonOf(error);
}

/** An error's message; anything else as text. */
export function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** By shape and not by class: an error may come from another realm, as it does in a test or a worker. */
function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
