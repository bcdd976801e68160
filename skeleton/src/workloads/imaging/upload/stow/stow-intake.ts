import { createHash, randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { referenceOf } from './instance-reference';
import { isDicom } from './media-type';
import type { MultipartPart } from './multipart';
import type { InstanceOutcome } from './store-response';
import { Problem } from '../../http/problem';
import type { UploadTable } from '../../store/uploads';
import type { IncomingFiles } from '../incoming-files';
import type { IntakeObserver } from '../intake-observer';
import { writePart } from '../part-writer';
import { ReceiveError, type ScanIntake } from '../scan-intake';
import { verifyFile } from '../verify-file';

export interface StowIntakeOptions {
  readonly uploads: UploadTable;
  readonly files: IncomingFiles;
  readonly intake: ScanIntake;
  readonly observer: Pick<IntakeObserver, 'refused'>;
}

export interface StowTarget {
  readonly hospitalId: number;
  /** The study that the request names, which every instance has to be of. */
  readonly studyInstanceUid: string | undefined;
}

/** Takes in instances of STOW-RS requests, each a file and a scan of its own. */
export class StowIntake {
  constructor(private readonly options: StowIntakeOptions) {}

  /**
   * Takes in one part. A refusal is an outcome, and leaves a record.
   *
   * @throws Problem 400 when the body breaks off; what the file system and `pg` throw.
   */
  async take(part: MultipartPart, target: StowTarget): Promise<InstanceOutcome> {
    if (!isDicom(part.contentType)) return { reference: undefined, code: 'media_type_unsupported' };
    const { files } = this.options;
    const scanId = randomUUID();
    const file = await files.create(scanId);
    try {
      return await this.receive(scanId, await this.write(file, part), target);
    } catch (error) {
      // One in its place may be a scan by now; else no row wants it, and the sweep removes it.
      if (!(error instanceof ReceiveError)) {
        await files.remove(scanId);
        throw error;
      }
      if (!error.isPlaced) await files.remove(scanId);
      throw error.cause;
    }
  }

  private async write(file: FileHandle, { body }: MultipartPart): Promise<WrittenFile> {
    const hash = createHash('sha256');
    try {
      const source = Readable.from(body, { objectMode: false });
      const { bytes, fault } = await writePart({ source, file, offsetBytes: 0, hash, signal: undefined });
      if (fault !== undefined) throw fault;
      return { sizeBytes: bytes, sha256: hash.digest() };
    } finally {
      await file.close();
    }
  }

  private async receive(
    scanId: string,
    { sizeBytes, sha256 }: WrittenFile,
    target: StowTarget,
  ): Promise<InstanceOutcome> {
    const { files, intake, uploads, observer } = this.options;
    const { hospitalId } = target;
    const outcome = await judge(files.path(scanId), sha256, target);
    if (outcome.code === undefined) {
      const { summary } = outcome;
      const scan = { scanId, hospitalId, source: 'stow', sizeBytes, sha256, summary, copy: undefined } as const;
      await intake.receive(scan, () => Promise.resolve(true));
      return outcome;
    }
    await uploads.recordRefusal({ uploadId: scanId, hospitalId, lengthBytes: sizeBytes, reasonCode: outcome.code });
    await files.remove(scanId);
    observer.refused(scanId, outcome.code);
    return outcome;
  }
}

/** Whether a file is an instance, and of the study that it was sent to. */
async function judge(path: string, sha256: Buffer, { studyInstanceUid }: StowTarget): Promise<InstanceOutcome> {
  try {
    const { summary } = await verifyFile({ path, sha256, expectedSha256: undefined });
    if (studyInstanceUid === undefined || summary.studyInstanceUid === studyInstanceUid) return { summary };
    return { reference: summary, code: 'study_mismatch' };
  } catch (error) {
    if (error instanceof Problem) return { reference: await referenceOf(path), code: error.code };
    throw error;
  }
}

interface WrittenFile {
  readonly sizeBytes: number;
  readonly sha256: Buffer;
}
