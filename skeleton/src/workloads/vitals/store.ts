import { VitalSignsEvent } from './event';
import type { LatestReadingsWriter } from './latest-readings-writer';
import { dayOf, VitalSignPartitions } from './partitions';
import { decodeRecord } from './record';
import { type EventTable, tableStorage } from '../../runtime/kinesis/event-storage';
import { Workload } from '../../runtime/kinesis/workload';

/** Table `vital_sign`: one row a measurement. */
export const VITAL_SIGN_TABLE: EventTable<VitalSignsEvent> = {
  name: 'vital_sign',
  eventIdColumn: 'event_id',
  columns: [
    { name: 'patient_id', type: 'text' },
    { name: 'code', type: 'text' },
    { name: 'observed_at', type: 'timestamptz' },
    { name: 'event_id', type: 'uuid' },
    { name: 'device_id', type: 'text' },
    { name: 'value', type: 'double precision' },
    { name: 'unit', type: 'text' },
  ],
  rows: (events) => {
    const patientIds: string[] = [];
    const codes: string[] = [];
    const times: string[] = [];
    const eventIds: string[] = [];
    const deviceIds: string[] = [];
    const values: number[] = [];
    const units: string[] = [];
    for (const event of events) {
      const observedAt = new Date(event.observedAtMs).toISOString();
      for (const { code, value, unit } of event.measurements) {
        patientIds.push(event.patientId);
        codes.push(code);
        times.push(observedAt);
        eventIds.push(event.id);
        deviceIds.push(event.deviceId);
        values.push(value);
        units.push(unit);
      }
    }
    return [patientIds, codes, times, eventIds, deviceIds, values, units];
  },
};

/**
 * The vitals workload, as the consumer runs it.
 *
 * @param latestReadings hears of what is stored. Default: nobody does.
 */
export function vitalsWorkload(
  partitions: VitalSignPartitions,
  retentionDays: number,
  latestReadings?: Pick<LatestReadingsWriter, 'committed'>,
): Workload<VitalSignsEvent> {
  return {
    storage: tableStorage(VITAL_SIGN_TABLE),
    decode: (data, now) => decodeRecord(data, now, retentionDays),
    prepare: async (events, { recheck }) => {
      const days = new Set<number>();
      for (const { observedAtMs } of events) days.add(dayOf(observedAtMs));
      await partitions.ensure(days, { recheck });
    },
    ...(latestReadings && { committed: (events) => latestReadings.committed(events) }),
  };
}
