/** One event as text without a line break, and what its order has to be kept within. */
export interface KeyedLine {
  readonly partitionKey: string;
  readonly line: string;
}

/** An entry of PutRecords (Kinesis Data Streams API reference, PutRecordsRequestEntry). */
export interface StreamRecord {
  readonly PartitionKey: string;
  readonly Data: Uint8Array;
}

/** A record and the lines that it was made of, in their order. */
export interface PackedRecord<Line extends KeyedLine> {
  readonly record: StreamRecord;
  readonly lines: readonly Line[];
}

export interface PackLimits {
  /** Lines in a record at most. Default: as many as fit. */
  readonly linesMax?: number;
  /** Bytes in a record at most; a line that is longer by itself has a record of its own. Default: no limit. */
  readonly bytesMax?: number;
}

/**
 * Packs lines into records, newline-delimited, each of one partition key, in order. Kinesis bills and limits by the record, and
 * a consumer reads them faster than as many small ones.
 */
export function packLines<Line extends KeyedLine>(
  lines: readonly Line[],
  { linesMax = Infinity, bytesMax = Infinity }: PackLimits = {},
): PackedRecord<Line>[] {
  const open = new Map<string, { lines: Line[]; bytes: number }>();
  const records: Line[][] = [];
  for (const line of lines) {
    const bytes = Buffer.byteLength(line.line) + 1;
    let group = open.get(line.partitionKey);
    if (group === undefined || group.lines.length >= linesMax || group.bytes + bytes > bytesMax) {
      group = { lines: [], bytes: 0 };
      open.set(line.partitionKey, group);
      records.push(group.lines);
    }
    group.lines.push(line);
    group.bytes += bytes;
  }
  return records.map((packed) => ({
    lines: packed,
    record: {
      PartitionKey: packed[0]?.partitionKey ?? '',
      Data: Buffer.from(packed.map(({ line }) => line).join('\n'), 'utf8'),
    },
  }));
}
