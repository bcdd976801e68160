import { type StreamRecord, toRecords } from '../../../local/simulator/records';
import type { SimulatedEvent } from '../../../local/workloads/vitals/simulator/patient-monitor';

/** Gateways that gather the events of several monitors into one record, since the emulator takes 1150 records a second. */
const GATEWAYS = 8;

/** Events as their gateways' records, one a gateway. A monitor always talks to the same one, so its events stay in order. */
export function gatewayRecords(events: readonly SimulatedEvent[]): StreamRecord[] {
  const lines = events.map((event) => ({
    patientId: `gateway-${Number(event.patientId.slice(-4)) % GATEWAYS}`,
    line: JSON.stringify(event),
  }));
  return toRecords(lines, Math.max(1, lines.length));
}
