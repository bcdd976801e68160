import { fileSource } from '../../../../../src/workloads/imaging/dicom/byte-source';
import { inspectPart10 } from '../../../../../src/workloads/imaging/dicom/inspect';
import { readMetadata } from '../../../../../src/workloads/imaging/dicom/metadata';

/** Reads the file that its argument names and prints by how many bytes memory had grown at the most, as JSON. */
async function main(path: string): Promise<void> {
  const before = peakBytes();
  const source = await fileSource(path);
  await inspectPart10(source);
  const { sopInstanceUid, json } = await readMetadata(source);
  await source.close();
  process.stdout.write(
    JSON.stringify({ grownBytes: peakBytes() - before, sopInstanceUid, jsonBytes: JSON.stringify(json).length }),
  );
}

/** The most memory that this process has ever had, by the operating system. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

void main(process.argv[2] ?? '');
