import { packLines, type StreamRecord } from '../../src/runtime/kinesis/pack-lines';

export type { StreamRecord };

/** What goes into a Kinesis record: lines of one patient, since order holds within a partition key only. */
export interface PatientLine {
  readonly patientId: string;
  /** One event as JSON, or a spoiled one; without a line break. */
  readonly line: string;
}

/**
 * Packs lines into records, newline-delimited, in order, with the patient as partition key.
 *
 * @param linesMax lines in a record at the most. Default 1: one event a record.
 */
export function toRecords(lines: readonly PatientLine[], linesMax = 1): StreamRecord[] {
  const keyed = lines.map(({ patientId, line }) => ({ partitionKey: patientId, line }));
  return packLines(keyed, { linesMax }).map(({ record }) => record);
}
