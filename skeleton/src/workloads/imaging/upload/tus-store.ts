import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { DataStore, type Lock, type Locker, Upload as TusUpload } from '@tus/server';
import { CHECKSUM_KEY } from './checksum';
import type { IncomingFiles } from './incoming-files';
import { UPLOAD_HOURS } from './limits';
import type { UploadWriter, WriterSession } from './upload-writer';
import { Problem } from '../http/problem';
import type { Upload, UploadTable } from '../store/uploads';

/** What one request is, beyond what the tus server hands on. */
export interface TusRequest {
  readonly hospitalId: number;
  /** The bytes as they come from the network. */
  readonly body: Readable;
  /** Of the file that is to be created. */
  readonly expectedSha256: Buffer | undefined;
  /** Whether it creates an upload, of which nobody else knows before it is answered. */
  readonly isCreation: boolean;
  /** Whether a part comes with it. */
  readonly hasPart: boolean;
}

export interface TusStoreOptions {
  readonly uploads: UploadTable;
  readonly files: IncomingFiles;
  readonly writer: UploadWriter;
  readonly locks: Locker;
}

const HOUR_MS = 3_600_000;

/**
 * Uploads as one request sees them: those of its hospital. A store for each request, since a tus server tells its store no more than
 * an upload's id.
 *
 * Bytes go from the network to the file, past the tus server, which would send them through four streams on the way; it keeps the
 * protocol: headers, offsets, the order of lock, look and write, and what is answered.
 */
export class TusStore extends DataStore implements Locker {
  override readonly extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  /** SHA-256 of the file that this request made whole. */
  receivedSha256: Buffer | undefined;
  private upload: Upload | undefined;
  private signal: AbortSignal | undefined;
  /** Of the upload that this request created, until its part is written. */
  private created: WriterSession | undefined;

  constructor(
    private readonly options: TusStoreOptions,
    private readonly request: TusRequest,
  ) {
    super();
  }

  newLock(uploadId: string): Lock {
    if (this.request.isCreation) {
      return {
        lock: (signal) => {
          this.signal = signal;
          return Promise.resolve();
        },
        unlock: () => Promise.resolve(),
      };
    }
    const lock = this.options.locks.newLock(uploadId);
    return {
      lock: async (signal, release) => {
        this.signal = signal;
        await lock.lock(signal, release);
      },
      // The sender has its answer meanwhile: whoever comes next waits for the lock, not this one.
      unlock: () => {
        void lock.unlock();
        return Promise.resolve();
      },
    };
  }

  /** The file comes before its row, so that each row has one; a file without a row is removed by the sweep. */
  override async create(created: TusUpload): Promise<TusUpload> {
    const { uploads, files } = this.options;
    const { hospitalId, expectedSha256, hasPart } = this.request;
    const writer = hasPart ? randomUUID() : undefined;
    const file = await files.create(created.id);
    const lengthBytes = created.size ?? 0;
    try {
      const upload = await uploads.create({
        uploadId: created.id,
        hospitalId,
        lengthBytes,
        expectedSha256,
        expiresInHours: UPLOAD_HOURS,
        writer,
      });
      this.upload = upload;
      if (writer === undefined) await file.close();
      else this.created = { upload, writer, copy: undefined, file };
    } catch (error) {
      await file.close();
      await files.remove(created.id);
      throw error;
    }
    return created;
  }

  /** @throws Problem 404 for what is not there or another hospital's, 410 for what has ended. */
  override async getUpload(uploadId: string): Promise<TusUpload> {
    const upload = await this.find(uploadId);
    if (upload.isExpired) throw gone('upload_expired', EXPIRED);
    if (upload.state === 'refused') {
      throw gone(
        'upload_refused',
        `The file was refused with the code ${upload.reasonCode ?? 'internal'}, and removed.`,
      );
    }
    if (upload.state === 'abandoned') {
      throw gone('upload_terminated', 'The upload was ended, and what had arrived removed.');
    }
    this.upload = upload;
    const { expectedSha256 } = upload;
    return new TusUpload({
      id: uploadId,
      size: upload.lengthBytes,
      offset: upload.offsetBytes,
      creation_date: upload.createdAt.toISOString(),
      ...(expectedSha256 && { metadata: { [CHECKSUM_KEY]: expectedSha256.toString('hex') } }),
    });
  }

  override async write(nothing: Readable, uploadId: string): Promise<number> {
    nothing.resume();
    const upload = this.upload ?? (await this.find(uploadId));
    if (upload.state === 'received') return upload.offsetBytes;
    const opened = this.created;
    this.created = undefined;
    const part = { source: this.request.body, signal: this.signal };
    const { offsetBytes, sha256 } = await this.options.writer.append(upload, part, opened);
    this.receivedSha256 = sha256;
    return offsetBytes;
  }

  /** @throws Problem 404, 409 for a file that is a scan by now, 410. */
  override async remove(uploadId: string): Promise<void> {
    await this.getUpload(uploadId);
    const { uploads, files } = this.options;
    if (!(await uploads.terminate(uploadId, 'upload_terminated'))) {
      throw new Problem(409, 'upload_finished', 'The file is received already, and cannot be taken back.');
    }
    await files.remove(uploadId, this.upload?.copy);
    await files.removePlaced(uploadId);
  }

  /** Ends an upload whose first part was refused with the request that created it: its sender was not told its place. */
  async close(): Promise<void> {
    if (this.created === undefined) return;
    const { file, upload } = this.created;
    await file.close();
    const { uploads, files } = this.options;
    await uploads.terminate(upload.uploadId, 'upload_terminated');
    await files.remove(upload.uploadId);
  }

  override getExpiration(): number {
    return UPLOAD_HOURS * HOUR_MS;
  }

  private async find(uploadId: string): Promise<Upload> {
    const upload = await this.options.uploads.find(uploadId, this.request.hospitalId);
    if (upload !== undefined) return upload;
    throw new Problem(404, 'not_found', 'There is no such upload of this hospital.');
  }
}

const EXPIRED = `The upload was not finished within ${UPLOAD_HOURS} hours. Begin a new one.`;

function gone(code: 'upload_expired' | 'upload_refused' | 'upload_terminated', detail: string): Problem {
  return new Problem(410, code, detail);
}
