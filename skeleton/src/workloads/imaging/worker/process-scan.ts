import { FileMissingError, isOutage, reasonOf } from './faults';
import type { ScanFiles } from './scan-files';
import type { ScanObserver } from './scan-observer';
import { storedFileOf } from './stored-file';
import { Turns } from './turns';
import type { DatabasePool } from '../../../runtime/postgres/pool';
import { deidentify } from '../deidentify/deidentify';
import type { DeidentificationKeys } from '../deidentify/keys';
import { fileSource, type FileSource } from '../dicom/byte-source';
import { DicomFault } from '../dicom/dicom-fault';
import { type InstanceMetadata, readMetadata } from '../dicom/metadata';
import { instanceIdOf, type ObjectKeys, objectKeys } from '../objects/object-keys';
import { FileSizeError, type ObjectStore } from '../objects/object-store';
import { renderPreview } from '../pixels/preview';
import { findInstance, recordConflict, storeInstance } from '../store/instances';
import { type ClaimedScan, inTransaction, lockWaiting, ScanWork, settle, type Settlement } from '../store/scan-work';
import { isMissing } from '../upload/incoming-files';

/** What makes of a file what is stored of it. */
export interface ScanReaders {
  readonly readMetadata: typeof readMetadata;
  readonly renderPreview: typeof renderPreview;
  readonly deidentify: typeof deidentify;
}

export interface ScanProcessorOptions {
  readonly pool: Pick<DatabasePool, 'query' | 'use'>;
  readonly files: ScanFiles;
  readonly objects: ObjectStore;
  readonly keys: DeidentificationKeys;
  readonly observer: ScanObserver;
  /** Time after which a worker that is not heard of is taken for lost. */
  readonly silenceMs: number;
  /** Default: those of this workload. */
  readonly readers?: ScanReaders;
}

export interface Attempt {
  /** Whether the queue will not try again by itself. */
  readonly isLast: boolean;
  /** Asks to end early, and to leave the scan to somebody else. */
  readonly signal: AbortSignal;
}

/** What an attempt came to. `settled`: somebody else has done it. */
export type Outcome = 'stored' | 'repeat' | 'conflict' | 'failed' | 'settled';

/** A scan whose worker ended without a word so often is what ends them. */
const OPEN_ATTEMPTS_MAX = 10;
const DICOM = 'application/dicom';

interface NamedScan extends ClaimedScan {
  readonly sopInstanceUid: string;
  readonly instanceId: string;
  readonly keys: ObjectKeys;
}

/**
 * Works on one scan: puts the original, its preview and its de-identified derivative into S3, then stores what the file says and
 * settles the scan in one transaction, then removes the file. Each step may be done twice, be it after a crash or at the same time by
 * two workers: keys follow from the file's hash, and the first to settle has settled.
 */
export class ScanProcessor {
  private readonly work: ScanWork;
  private readonly readers: ScanReaders;
  /** Previews take as much memory as all buffers together. */
  private readonly previews = new Turns();

  constructor(private readonly options: ScanProcessorOptions) {
    this.work = new ScanWork(options.pool);
    this.readers = options.readers ?? { readMetadata, renderPreview, deidentify };
  }

  /**
   * @throws what hindered the attempt, when another one may help: an outage always, anything else but for the last attempt. The
   * signal's reason when it was asked to end. ScanPostponed for a scan that is not to be worked on yet.
   */
  async process(scanId: string, { isLast, signal }: Attempt): Promise<Outcome> {
    const { observer } = this.options;
    const scan = await this.work.claim(scanId, this.options.silenceMs);
    if (scan === undefined) return 'settled';
    const startedAtMs = performance.now();
    try {
      const outcome = await this.attempt(scan, signal);
      observer.ended(scan, outcome, performance.now() - startedAtMs);
      return outcome;
    } catch (error) {
      if (!(await this.isWaiting(scanId))) return 'settled';
      await this.work.giveBack(scanId);
      const isHopeless = error instanceof DicomFault || (isLast && !isOutage(error));
      if (signal.aborted || !isHopeless) throw error;
      return this.fail(scan, reasonOf(error), error);
    }
  }

  /** Removes the file of a settled scan, and says so. @throws what the file system and `pg` throw. */
  async clear(scanId: string): Promise<void> {
    await this.options.files.remove(scanId);
    await this.work.removed(scanId);
  }

  private async attempt(claimed: ClaimedScan, signal: AbortSignal): Promise<Outcome> {
    if (claimed.openAttempts > OPEN_ATTEMPTS_MAX) return this.fail(claimed, 'worker_lost');
    const scan = named(claimed);
    if (scan === undefined) return this.fail(claimed, 'erased');
    await this.bringBack(scan);
    const known = await findInstance(this.options.pool, scan.hospitalId, scan.sopInstanceUid);
    if (known === undefined) return this.store(scan, signal);
    if (!known.equals(scan.sha256)) await this.putOriginal(scan, signal);
    return this.settleKnown(scan, known);
  }

  private async store(scan: NamedScan, signal: AbortSignal): Promise<Outcome> {
    const { files } = this.options;
    await this.putOriginal(scan, signal);
    const source = await fileSource(files.path(scan.scanId));
    try {
      const metadata = await this.readers.readMetadata(source);
      signal.throwIfAborted();
      const preview = await this.putPreview(scan, source, metadata);
      signal.throwIfAborted();
      const burnedIn = await this.putDerivative(scan, { source, metadata, signal });
      return await this.settleNew(scan, storedFileOf(scan, metadata, { preview, burnedIn }));
    } finally {
      await source.close();
    }
  }

  /** An original that is there is the same, since its hash is in its key. */
  private async putOriginal(scan: NamedScan, signal?: AbortSignal): Promise<void> {
    const { objects, files } = this.options;
    await objects.putFile(
      { key: scan.keys.original, contentType: DICOM, isKept: true },
      { path: files.path(scan.scanId), sizeBytes: scan.sizeBytes, ...(signal !== undefined && { signal }) },
    );
  }

  private async putPreview(scan: NamedScan, source: FileSource, metadata: InstanceMetadata): Promise<string> {
    const preview = await this.previews.take(async () => this.readers.renderPreview(source, metadata));
    if ('skipped' in preview) return preview.skipped;
    await this.options.objects.putBuffer({ key: scan.keys.preview, contentType: 'image/jpeg' }, preview.jpeg);
    return 'stored';
  }

  private async putDerivative(
    scan: NamedScan,
    { source, metadata, signal }: { source: FileSource; metadata: InstanceMetadata; signal: AbortSignal },
  ): Promise<'no' | 'yes' | 'unknown'> {
    const { objects, keys } = this.options;
    const { segments, report } = this.readers.deidentify(source, metadata, keys, { hospitalId: scan.hospitalId });
    await objects.putSegments(
      { key: scan.keys.deidentified, contentType: DICOM },
      { segments, source, sourceKey: scan.keys.original, signal },
    );
    return report().burnedIn;
  }

  private async settleNew(scan: NamedScan, file: ReturnType<typeof storedFileOf>): Promise<Outcome> {
    return this.settleWith(scan, async (client) => storeInstance(client, file));
  }

  private async settleKnown(scan: NamedScan, known: Buffer): Promise<Outcome> {
    return this.settleWith(scan, async () => known);
  }

  /** @param store @returns the hash of the file that the instance was known by before, if it was. */
  private async settleWith(
    scan: NamedScan,
    store: (client: Pick<DatabasePool, 'query'>) => Promise<Buffer | undefined>,
  ): Promise<Outcome> {
    const { scanId, hospitalId, sopInstanceUid, sha256, sizeBytes, keys } = scan;
    const objectKey = keys.original;
    const outcome = await inTransaction(this.options.pool, async (client): Promise<Outcome> => {
      const locked = await lockWaiting(client, scanId);
      if (locked === undefined) return 'settled';
      const known = await store(client);
      if (known === undefined) {
        await settle(client, locked, { state: 'stored', objectKey });
        return 'stored';
      }
      if (known.equals(sha256)) {
        await settle(client, locked, { state: 'stored', reasonCode: 'repeat', objectKey });
        return 'repeat';
      }
      await recordConflict(client, { scanId, hospitalId, sopInstanceUid, sha256, sizeBytes, objectKey });
      await settle(client, locked, { state: 'conflict', reasonCode: 'other_bytes', objectKey });
      return 'conflict';
    });
    await this.tryToClear(scanId);
    return outcome;
  }

  /**
   * Settles a scan that cannot be stored. Its file is kept under the key that it would have been stored by, from where it is brought
   * back when an operator has it tried again.
   */
  private async fail(scan: ClaimedScan, reasonCode: string, error?: unknown): Promise<Outcome> {
    const { pool, observer } = this.options;
    const settlement: Settlement = { state: 'failed', reasonCode, ...(await this.keep(scan)) };
    const isSettled = await inTransaction(pool, async (client) => {
      const locked = await lockWaiting(client, scan.scanId);
      if (locked === undefined) return false;
      await settle(client, locked, settlement);
      return true;
    });
    if (!isSettled) return 'settled';
    observer.failed(scan, reasonCode, error);
    await this.tryToClear(scan.scanId);
    return 'failed';
  }

  private async keep(claimed: ClaimedScan): Promise<{ readonly objectKey?: string }> {
    const scan = named(claimed);
    if (scan === undefined) return {};
    try {
      await this.putOriginal(scan);
      return { objectKey: scan.keys.original };
    } catch (error) {
      // Under this key nothing may be but what it says.
      if (isMissing(error) || error instanceof FileSizeError) return {};
      throw error;
    }
  }

  /** Has the file in the folder, be it out of S3. @throws FileMissingError */
  private async bringBack({ scanId, objectKey }: NamedScan): Promise<void> {
    const { files, objects } = this.options;
    if (await files.has(scanId)) return;
    if (objectKey === null) throw new FileMissingError();
    await files.restore(scanId, async (path) => objects.fetch(objectKey, path));
  }

  /** The sweep does it later where this fails. */
  private async tryToClear(scanId: string): Promise<void> {
    try {
      await this.clear(scanId);
    } catch (error) {
      this.options.observer.notCleared(scanId, error);
    }
  }

  private async isWaiting(scanId: string): Promise<boolean> {
    const { rowCount } = await this.options.pool.query(`SELECT FROM scan WHERE scan_id = $1 AND state = 'received'`, [
      scanId,
    ]);
    return rowCount === 1;
  }
}

/** @returns undefined for a scan whose patient was erased. */
function named(scan: ClaimedScan): NamedScan | undefined {
  const { hospitalId, sha256, sopInstanceUid } = scan;
  if (sopInstanceUid === null) return undefined;
  const instanceId = instanceIdOf(hospitalId, sopInstanceUid);
  return { ...scan, sopInstanceUid, instanceId, keys: objectKeys({ hospitalId, instanceId, sha256 }) };
}
