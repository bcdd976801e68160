import { mayPass } from '../../../runtime/process/start';
import { DicomFault } from '../dicom/dicom-fault';
import { FileSizeError } from '../objects/object-store';

/** A scan's file is neither in the folder nor in S3. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError';

  constructor() {
    super('The file of a scan is missing.');
  }
}

/** Why a scan failed, for a person. */
export type FailureReason = string;

/** What a file system over the network says while it is away, and a process that has too many files open (Linux, errno(3)). */
const FILE_SYSTEM_OUTAGES = new Set(['EIO', 'ESTALE', 'ENOTCONN', 'EAGAIN', 'EBUSY', 'EMFILE', 'ENFILE']);

/** Whether an error is about what scans are stored by, and not about a scan: however often it comes, no scan is to blame. */
export function isOutage(error: unknown): boolean {
  if (mayPass(error)) return true;
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (typeof code === 'string' && FILE_SYSTEM_OUTAGES.has(code)) return true;
  const name: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'name') : undefined;
  return name === 'SlowDown' || name === 'RequestTimeout' || name === 'ConditionalRequestConflict';
}

/** The reason of a failure, as the scan's row and the event have it. */
export function reasonOf(error: unknown): FailureReason {
  if (error instanceof DicomFault) return error.code;
  if (error instanceof FileMissingError) return 'file_missing';
  if (error instanceof FileSizeError) return 'file_damaged';
  return 'internal';
}
