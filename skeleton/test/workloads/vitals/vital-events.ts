import { randomUUID } from 'node:crypto';

/** An event as a producer writes it, before JSON. */
export interface EventFixture {
  version: string;
  id: string;
  deviceId: string;
  patientId: string;
  observedAt: string;
  measurements: Array<{ code: string; value: number; unit: string }>;
}

/** A legal event of this moment, with one heart rate, unless told otherwise. */
export function vitalEvent(overrides: Partial<EventFixture> = {}): EventFixture {
  return {
    version: '1.0',
    id: randomUUID(),
    deviceId: 'monitor-1',
    patientId: 'patient-1',
    observedAt: new Date().toISOString(),
    measurements: [{ code: '8867-4', value: 72, unit: '/min' }],
    ...overrides,
  };
}

/** Events as one record: lines of JSON. */
export function recordOf(...events: readonly unknown[]): string {
  return events.map((event) => JSON.stringify(event)).join('\n');
}
