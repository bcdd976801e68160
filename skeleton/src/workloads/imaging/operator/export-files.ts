import type { OtherFile } from './other-files';
import type { ScanContext } from './scan-operations';
import { throwIfStopped } from '../../../runtime/operations/patience';
import { type Sink, withSink } from '../../../runtime/operations/sink';
import type { ObjectKeys } from '../objects/object-keys';

/** A file of an export, by our own names. */
export interface ExportedFile {
  /** Its name beside the export's lines. */
  readonly part: string;
  /** Of the object in the bucket of scans. */
  readonly key: string;
  readonly contentType: string;
}

export type OpenSink = ScanContext['openSink'];

const DICOM = 'application/dicom';
/** What the database says of a preview or a derivative that there is. */
const STORED = 'stored';

/** The files of an instance, by the names under which its line tells them. */
export function filesOfInstance(
  keys: ObjectKeys,
  instance: { readonly instance_id: string; readonly preview: string; readonly deidentified: string },
): Partial<Record<'deidentifiedFile' | 'previewFile', ExportedFile>> & { readonly file: ExportedFile } {
  const { instance_id: id, preview, deidentified } = instance;
  return {
    file: { part: `${id}.dcm`, key: keys.original, contentType: DICOM },
    ...(preview === STORED && {
      previewFile: { part: `${id}.preview.jpg`, key: keys.preview, contentType: 'image/jpeg' },
    }),
    ...(deidentified === STORED && {
      deidentifiedFile: { part: `${id}.deidentified.dcm`, key: keys.deidentified, contentType: DICOM },
    }),
  };
}

/** @returns undefined for a file that is not in the bucket. */
export function fileOfOther({ scanId, state, objectKey }: OtherFile): ExportedFile | undefined {
  if (objectKey === null) return undefined;
  return { part: `${scanId}.${state}.dcm`, key: objectKey, contentType: DICOM };
}

/** @returns how many there were in the bucket. */
export async function copyFiles(
  { workload, signal }: ScanContext,
  openSink: OpenSink,
  files: readonly ExportedFile[],
): Promise<number> {
  let count = 0;
  for (const { part, key, contentType } of files) {
    throwIfStopped(signal);
    const body = await workload.objects.read(key);
    if (body === undefined) continue;
    const sink = await openSink({ folder: 'patient', suffix: '', contentType, part });
    await withSink(sink, async () => {
      for await (const chunk of body) await sink.write(chunk);
    });
    count += 1;
  }
  return count;
}

/**
 * Lets `work` open sinks, and discards them when it does not succeed: half an export is patient data in a place that nobody minds. Of a
 * bucket, an object that is whole already stays until it expires there.
 */
export async function withSinks<Result>(
  { openSink }: ScanContext,
  work: (openSink: OpenSink) => Promise<Result>,
): Promise<Result> {
  const opened: Sink[] = [];
  try {
    return await work(async (kind) => {
      const sink = await openSink(kind);
      opened.push(sink);
      return sink;
    });
  } catch (error) {
    for (const sink of opened) await sink.discard();
    throw error;
  }
}
