import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Receipts, receipts, type ReceiptVariables } from './receipts';
import { LOCAL_CREDENTIALS } from '../../../local/kinesis-emulator';
import { REGION } from '../../database';

/** As many as a worker works on. */
const AT_ONCE = 2;

/**
 * What storing small files is measured beside: a program that makes as few promises as can be and makes them as the worker does. It
 * reads a file, counts its SHA-256, puts it into S3 twice, as the original and in the place of its derivative, and commits a row.
 */
export class ProcessPeer {
  private readonly client: S3Client;
  private readonly receipts: Receipts;

  constructor(endpoint: string, variables: ReceiptVariables) {
    this.client = new S3Client({ region: REGION, endpoint, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
    this.receipts = receipts(variables);
  }

  /** @throws what the file system, the SDK and `pg` throw. */
  async storeAll(paths: readonly string[]): Promise<void> {
    const left = paths.values();
    const work = async () => {
      for (const path of left) await this.store(path);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.receipts.close();
  }

  private async store(path: string): Promise<void> {
    const bytes = await readFile(path);
    const hash = createHash('sha256').update(bytes).digest('hex');
    for (const kind of ['original', 'derivative']) {
      await this.client.send(new PutObjectCommand({ Bucket: 'bench', Key: `${kind}/${hash}`, Body: bytes }));
    }
    await this.receipts.add(`stored ${hash}`);
  }
}
