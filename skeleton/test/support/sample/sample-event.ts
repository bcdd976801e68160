import { randomUUID } from 'node:crypto';

/** What the sample workload stores, and what tests put to a stream as a line of JSON. */
export interface SampleEvent {
  readonly version: '1.0';
  readonly id: string;
  readonly patientId: string;
  readonly source: string;
  readonly measurements: ReadonlyArray<{ readonly code: string; readonly value: number }>;
}

/** A legal event of one measurement, unless told otherwise. */
export function sampleEvent(overrides: Partial<SampleEvent> = {}): SampleEvent {
  return {
    version: '1.0',
    id: randomUUID(),
    patientId: 'patient-1',
    source: 'monitor-1',
    measurements: [{ code: 'heart-rate', value: 72 }],
    ...overrides,
  };
}

/** Events as one record: lines of JSON. */
export function recordOf(...events: readonly unknown[]): string {
  return events.map((event) => JSON.stringify(event)).join('\n');
}
