import { readFileSync, statSync } from 'node:fs';
import { bufferSource } from '../../../../src/workloads/imaging/dicom/byte-source';
import { DicomFault } from '../../../../src/workloads/imaging/dicom/dicom-fault';
import { inspectPart10, type Part10Summary } from '../../../../src/workloads/imaging/dicom/inspect';
import { DICOM_FILES } from '../../../../test/workloads/imaging/support/dicom-files';

export interface RealFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly summary: Part10Summary;
}

export interface RealFiles {
  /** One for each instance: the first that names it. */
  readonly right: readonly RealFile[];
  /** Files with the code by which they are to be refused. */
  readonly wrong: ReadonlyArray<{ readonly name: string; readonly bytes: Buffer; readonly code: string }>;
  /** Files of an instance of which another file is among the right ones. */
  readonly repeated: readonly RealFile[];
}

/** All files of the collections on this machine. @param bytesMax leaves out what is larger. */
export async function realFiles(bytesMax = Number.POSITIVE_INFINITY): Promise<RealFiles> {
  const files = { right: [] as RealFile[], wrong: [] as Array<RealFiles['wrong'][number]>, repeated: [] as RealFile[] };
  const seen = new Set<string>();
  for (const { name, path } of DICOM_FILES.filter((file) => statSync(file.path).size <= bytesMax)) {
    const bytes = readFileSync(path);
    try {
      const summary = await inspectPart10(bufferSource(bytes));
      files[seen.has(summary.sopInstanceUid) ? 'repeated' : 'right'].push({ name, bytes, summary });
      seen.add(summary.sopInstanceUid);
    } catch (error) {
      if (!(error instanceof DicomFault)) throw error;
      files.wrong.push({ name, bytes, code: error.code });
    }
  }
  return files;
}

/** Path of an instance in DICOMweb. */
export function instancePath({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Part10Summary): string {
  return `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
}
