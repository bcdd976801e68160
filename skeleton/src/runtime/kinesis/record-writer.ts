import type { StreamRecord } from './pack-lines';

/** Puts records, and tells which were taken for certain: a `StreamWriter`. */
export interface RecordWriter {
  put(records: readonly StreamRecord[]): Promise<ReadonlySet<StreamRecord>>;
}
