import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatorEnvironment } from '../../../../src/runtime/environment';
import type { OperatorOptions } from '../../../../src/runtime/operations/program';
import { createKeys } from '../../../../src/workloads/imaging/deidentify/keys';
import { ObjectStore } from '../../../../src/workloads/imaging/objects/object-store';
import { PartBuffers } from '../../../../src/workloads/imaging/objects/part-buffers';
import type { ScanOperatorEnvironment } from '../../../../src/workloads/imaging/operator/environment';
import { SCAN_OPERATOR } from '../../../../src/workloads/imaging/operator/program';
import { ScanObjects, type ScanOperations } from '../../../../src/workloads/imaging/operator/scan-operations';
import { type Outcome, ScanProcessor } from '../../../../src/workloads/imaging/worker/process-scan';
import { ScanFiles } from '../../../../src/workloads/imaging/worker/scan-files';
import { OperatorFixture, type Run, type RunChange } from '../../../runtime/operations/operator-fixture';
import { makeInstance, type TestInstance } from '../support/part10';
import { BUCKET, DATA_KEY_ARN, startWorkerFixture, type WorkerFixture } from '../worker/worker-fixture';

/** A scan that was received and worked on. */
export interface WorkedScan extends TestInstance {
  readonly scanId: string;
  readonly hospitalId: number;
  readonly outcome: Outcome;
}

type ScanOptions = OperatorOptions<OperatorEnvironment & ScanOperatorEnvironment, ScanOperations>;

/** The bucket, where somebody hears of each object before anything is done with it, and may throw. */
class WatchedObjects extends ScanObjects {
  constructor(
    client: WorkerFixture['client'],
    private readonly before: (operation: 'read' | 'remove', key: string) => void,
  ) {
    super(client, BUCKET);
  }

  override async read(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    this.before('read', key);
    return super.read(key);
  }

  override async remove(key: string): Promise<void> {
    this.before('remove', key);
    return super.remove(key);
  }
}

/** The operator's program of imaging over a database and a bucket of its own, and a worker that fills them. */
export class ScanOperatorFixture extends OperatorFixture<
  OperatorEnvironment & ScanOperatorEnvironment,
  ScanOperations
> {
  static async start(): Promise<ScanOperatorFixture> {
    return new ScanOperatorFixture(await startWorkerFixture());
  }

  private readonly processor: ScanProcessor;

  private constructor(readonly worker: WorkerFixture) {
    super(worker.database, { SCAN_BUCKET: BUCKET, PROCESSING_BASIS: 'Lei nº 13.709/2018 (LGPD), art. 11, II, f' });
    this.processor = new ScanProcessor({
      pool: worker.database.pool('pipeline_processor'),
      files: new ScanFiles(worker.folder),
      objects: new ObjectStore({
        client: worker.client,
        bucket: BUCKET,
        keyArn: DATA_KEY_ARN,
        buffers: new PartBuffers(4),
      }),
      keys: createKeys(Buffer.alloc(32, 7)),
      observer: { ended: () => undefined, failed: () => undefined, notCleared: () => undefined },
      silenceMs: 1_000,
    });
  }

  override async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await this.worker.stop();
  }

  async run(words: readonly string[], change: RunChange & Partial<ScanOptions> = {}): Promise<Run> {
    return this.runProgram(SCAN_OPERATOR, words, change);
  }

  /** For `run`: tells of each object before it is read or removed. What `before` throws, the bucket answers. */
  watching(before: (operation: 'read' | 'remove', key: string) => void): Pick<ScanOptions, 'host'> {
    return {
      host: (...given) => {
        const hosted = SCAN_OPERATOR.host(...given);
        return { ...hosted, workload: { ...hosted.workload, objects: new WatchedObjects(this.worker.client, before) } };
      },
    };
  }

  /** Receives an instance and has it worked on to the end. */
  async store(hospitalId: number, instance: TestInstance = makeInstance()): Promise<WorkedScan> {
    const scanId = await this.worker.receive(instance, hospitalId);
    return { ...instance, scanId, hospitalId, outcome: await this.process(scanId) };
  }

  /** Has a file fail that says of itself what it is and breaks off behind that. */
  async fail(hospitalId: number, instance: TestInstance = makeInstance()): Promise<WorkedScan> {
    return this.store(hospitalId, { ...instance, bytes: instance.bytes.subarray(0, -100) });
  }

  /** Has a scan fail whose file is gone. */
  async lose(hospitalId: number): Promise<WorkedScan> {
    const instance = makeInstance();
    const scanId = await this.worker.receive(instance, hospitalId);
    await rm(join(this.worker.folder, scanId));
    return { ...instance, scanId, hospitalId, outcome: await this.process(scanId) };
  }

  async process(scanId: string): Promise<Outcome> {
    return this.processor.process(scanId, { isLast: true, signal: new AbortController().signal });
  }

  /** Of the file as it was sent, in hexadecimal digits. */
  sha256({ bytes }: Pick<TestInstance, 'bytes'>): string {
    return createHash('sha256').update(bytes).digest('hex');
  }

  /** Keys of a hospital's objects. */
  keysOf(hospitalId: number): string[] {
    return this.worker.keys().filter((key) => key.split('/')[1] === String(hospitalId));
  }

  /** Commands that ended, as they are on record, oldest first. */
  async onRecord(): Promise<string[]> {
    const rows = await this.rows<{ line: string }>(
      `SELECT concat_ws(' ', action, resource_type, patient_id, outcome, returned) AS line FROM access_audit
       WHERE outcome <> 'started' ORDER BY occurred_at`,
    );
    return rows.map(({ line }) => line);
  }
}
