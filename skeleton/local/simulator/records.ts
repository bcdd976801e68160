/** What goes into a Kinesis record: lines of one patient, since order holds within a partition key only. */
export interface PatientLine {
  readonly patientId: string;
  /** One event as JSON, or a spoiled one; without a line break. */
  readonly line: string;
}

/** An entry of PutRecords (Kinesis Data Streams API reference, PutRecordsRequestEntry). */
export interface StreamRecord {
  readonly PartitionKey: string;
  readonly Data: Uint8Array;
}

/**
 * Packs lines into records, newline-delimited, in order, with the patient as partition key.
 *
 * @param linesMax lines in a record at the most. Default 1: one event a record.
 */
export function toRecords(lines: readonly PatientLine[], linesMax = 1): StreamRecord[] {
  const open = new Map<string, string[]>();
  const records: { patientId: string; lines: string[] }[] = [];
  for (const { patientId, line } of lines) {
    let group = open.get(patientId);
    if (group === undefined || group.length >= linesMax) {
      group = [];
      open.set(patientId, group);
      records.push({ patientId, lines: group });
    }
    group.push(line);
  }
  return records.map((record) => ({
    PartitionKey: record.patientId,
    Data: Buffer.from(record.lines.join('\n'), 'utf8'),
  }));
}
