import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileSource } from '../dicom/byte-source';
import { DicomFault } from '../dicom/dicom-fault';
import { inspectPart10, type Part10Summary } from '../dicom/inspect';
import { Problem } from '../http/problem';

export interface WholeFile {
  readonly path: string;
  /** SHA-256 of the file, where somebody has counted along. Default: the file is read once more. */
  readonly sha256: Buffer | undefined;
  /** What its sender says it is. */
  readonly expectedSha256: Buffer | undefined;
}

export interface VerifiedFile {
  readonly sha256: Buffer;
  readonly summary: Part10Summary;
}

const BLOCK_BYTES = 1024 * 1024;

/**
 * Checks a whole file: its SHA-256 against its sender's, and that it is DICOM to its last element.
 *
 * A wrong checksum is answered 422 and not 460, which tus's checksum extension has for a part whose bytes may be sent again: this is
 * about the whole file, which is gone then, and 460 is not a registered status (IANA, "HTTP Status Code Registry").
 *
 * @throws Problem 422 with the code `checksum_mismatch` or that of a `DicomFault`; Node's error when the file cannot be read.
 */
export async function verifyFile({ path, sha256: counted, expectedSha256 }: WholeFile): Promise<VerifiedFile> {
  const sha256 = counted ?? (await hashFile(path));
  if (expectedSha256 !== undefined && !sha256.equals(expectedSha256)) {
    throw new Problem(
      422,
      'checksum_mismatch',
      'The file that arrived has another SHA-256 than the metadata said. It was removed; send it again as a new upload.',
    );
  }
  return { sha256, summary: await inspect(path) };
}

async function inspect(path: string): Promise<Part10Summary> {
  const source = await fileSource(path);
  try {
    return await inspectPart10(source);
  } catch (error) {
    if (error instanceof DicomFault) throw new Problem(422, error.code, error.message, { cause: error });
    throw error;
  } finally {
    await source.close();
  }
}

async function hashFile(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const block of createReadStream(path, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(block);
  }
  return hash.digest();
}
