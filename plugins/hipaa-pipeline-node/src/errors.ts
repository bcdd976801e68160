/**
 * Everything that can go wrong in this package, as one closed list of codes.
 *
 * Each is for a person: the message names what was given, what is wrong with it and what to do.
 */
import type { SettingFault } from './settings/tenant-settings';

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

/** The reason that the file system gives, as a phrase: `ENOENT` becomes "there is no such file or folder". */
export function fileSystemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'this user has no permission';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EISDIR':
      return 'it is a folder, not a file';
    case 'ENOTDIR':
      return 'a part of the path is a file, not a folder';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
