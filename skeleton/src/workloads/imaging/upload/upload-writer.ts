import { type Hash, randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type IncomingFiles, isMissing } from './incoming-files';
import type { IntakeObserver } from './intake-observer';
import { PartEnded, writePart } from './part-writer';
import type { RunningHashes } from './running-hashes';
import { ReceiveError, type ScanIntake } from './scan-intake';
import { verifyFile, type VerifiedFile } from './verify-file';
import { Problem } from '../http/problem';
import { type Upload, UploadTable } from '../store/uploads';

export interface UploadWriterOptions {
  readonly uploads: UploadTable;
  readonly files: IncomingFiles;
  readonly hashes: RunningHashes;
  readonly intake: ScanIntake;
  readonly observer: Pick<IntakeObserver, 'refused'>;
}

export interface Part {
  readonly source: Readable;
  /** Ends the part early: what came until then counts. */
  readonly signal: AbortSignal | undefined;
}

/** What an upload has become by a part. */
export interface UploadProgress {
  readonly offsetBytes: number;
  /** Of the whole file, once it is received. */
  readonly sha256: Buffer | undefined;
}

/** An upload's file, open for a writer whose bytes count. */
export interface WriterSession {
  readonly upload: Upload;
  readonly writer: string;
  readonly copy: string | undefined;
  readonly file: FileHandle;
}

/**
 * Writes parts of uploads. A part counts when its bytes are synchronized and the row has its offset, in this order: after a crash,
 * what the file has beyond the offset is written over. The last part counts when the whole file is a scan: a sender who asks for the
 * offset after a failure of ours is told to send it again.
 */
export class UploadWriter {
  constructor(private readonly options: UploadWriterOptions) {}

  /**
   * Appends a part at the upload's offset. The caller holds the upload's lock, or is the only one that knows of the upload.
   *
   * @param opened where the caller has made itself the writer; it is closed here.
   * @throws Problem 422 when the whole file is wrong, 423 when somebody else took the upload over or waits for it, or when the lock was lost, 400 when the part broke off;
   * what the file system and `pg` throw.
   */
  async append(upload: Upload, part: Part, opened?: WriterSession): Promise<UploadProgress> {
    const session = opened ?? (await this.open(upload));
    try {
      const { uploadId, lengthBytes } = upload;
      const hash = this.options.hashes.take(uploadId, upload.offsetBytes);
      const { bytes, fault } = await this.write(session, part, hash);
      const offsetBytes = upload.offsetBytes + bytes;
      if (offsetBytes === lengthBytes) return { offsetBytes, sha256: await this.finish(session, hash) };
      if (!(await this.options.uploads.commit(uploadId, session.writer, offsetBytes))) throw takenOver();
      if (hash !== undefined) this.options.hashes.keep(uploadId, hash, offsetBytes);
      if (fault instanceof PartEnded) throw ended();
      if (fault !== undefined) throw brokenOff(fault);
      return { offsetBytes, sha256: undefined };
    } finally {
      await session.file.close();
    }
  }

  private async write(session: WriterSession, { source, signal }: Part, hash: Hash | undefined) {
    const { file, upload } = session;
    try {
      return await writePart({ source, file, offsetBytes: upload.offsetBytes, hash, signal });
    } catch (error) {
      await this.giveBack(session);
      throw error;
    }
  }

  private async open(upload: Upload): Promise<WriterSession> {
    return upload.writer === undefined ? this.openFree(upload) : this.openAbandoned(upload, upload.writer);
  }

  /** The file is opened before the claim: a claim that holds tells that it is still the upload's. */
  private async openFree(upload: Upload): Promise<WriterSession> {
    const { uploads, files } = this.options;
    const { uploadId, offsetBytes, copy } = upload;
    const writer = randomUUID();
    const file = await files.openToWrite(uploadId, copy).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      // Put in its place by a process that then could not say so.
      await files.takeBack(uploadId, copy);
      return files.openToWrite(uploadId, copy);
    });
    if (await uploads.claim({ uploadId, writer, offsetBytes }, copy)) return { upload, writer, copy, file };
    await file.close();
    throw takenOver();
  }

  /**
   * The writer before this one ended without a word, or lost its lock and writes still. It has its file, and this one a copy of what
   * was committed; which of the two counts is decided by the row.
   */
  private async openAbandoned(upload: Upload, predecessor: string): Promise<WriterSession> {
    const { uploads, files } = this.options;
    const { uploadId, offsetBytes, copy } = upload;
    const writer = randomUUID();
    await files.copyPrefix({ uploadId, copy, bytes: offsetBytes, to: writer });
    if (!(await uploads.takeOver({ uploadId, writer, offsetBytes }, predecessor))) {
      await files.remove(uploadId, writer);
      throw takenOver();
    }
    // Before the first byte of this one: the predecessor must not find a file any more that it could put in the scan's place.
    await files.remove(uploadId, copy);
    await files.removePlaced(uploadId);
    return { upload, writer, copy: writer, file: await files.openToWrite(uploadId, writer) };
  }

  private async finish(session: WriterSession, hash: Hash | undefined): Promise<Buffer> {
    const { upload, writer, copy } = session;
    const { uploadId, hospitalId, lengthBytes } = upload;
    const verified = await this.verify(session, hash?.digest());
    const scan = { ...verified, scanId: uploadId, hospitalId, source: 'tus', sizeBytes: lengthBytes, copy } as const;
    try {
      const isReceived = await this.options.intake.receive(scan, async (client) =>
        new UploadTable(client).receive(uploadId, writer),
      );
      if (!isReceived) throw takenOver();
    } catch (error) {
      if (!(error instanceof ReceiveError)) throw error;
      if (!(await this.wasReceived(session, error))) throw error.cause;
      this.options.intake.announce(scan);
    }
    return verified.sha256;
  }

  private async verify(session: WriterSession, sha256: Buffer | undefined): Promise<VerifiedFile> {
    const { uploads, files, observer } = this.options;
    const { upload, writer, copy } = session;
    const { uploadId, expectedSha256 } = upload;
    try {
      return await verifyFile({ path: files.path(uploadId, copy), sha256, expectedSha256 });
    } catch (error) {
      if (!(error instanceof Problem)) {
        // Whoever takes an upload over removes the file of the one before.
        if (!(await this.giveBack(session)) && isMissing(error)) throw takenOver();
        throw error;
      }
      // The record before the file: what a crash leaves of it is removed by whoever reads the record.
      if (!(await uploads.refuse(uploadId, writer, error.code))) throw takenOver();
      await files.remove(uploadId, copy);
      observer.refused(uploadId, error.code);
      throw error;
    }
  }

  /** What became of a transaction that failed as it was committed: taking the claim back waits for its end, and fails if it was. */
  private async wasReceived(session: WriterSession, { isPlaced }: ReceiveError): Promise<boolean> {
    const { uploads, files } = this.options;
    const { upload, copy } = session;
    if (await this.giveBack(session)) {
      if (isPlaced) await files.takeBack(upload.uploadId, copy);
      return false;
    }
    return (await uploads.find(upload.uploadId, upload.hospitalId))?.state === 'received';
  }

  /** Ends the claim without counting its bytes, so that the next one goes on with the same file. */
  private async giveBack({ upload, writer }: WriterSession): Promise<boolean> {
    return this.options.uploads.commit(upload.uploadId, writer, upload.offsetBytes).catch(() => false);
  }
}

function takenOver(): Problem {
  return new Problem(
    423,
    'upload_locked',
    'Another request went on with this upload. Ask for its offset by HEAD and go on from there.',
    { headers: { 'Retry-After': '2' } },
  );
}

function ended(): Problem {
  return new Problem(
    423,
    'upload_locked',
    'The part was ended, since another request wants to go on with this upload or its lock was lost. What arrived is kept: ask for the offset by HEAD and go on from there.',
    { headers: { 'Retry-After': '2' } },
  );
}

function brokenOff(cause: unknown): Problem {
  return new Problem(
    400,
    'request_incomplete',
    'The part broke off. What arrived is kept: ask for the offset by HEAD and go on from there.',
    { cause },
  );
}
