import { randomUUID } from 'node:crypto';
import type { Observation } from 'fhir/r4';
import type { SimulatedEvent } from '../../../../local/workloads/vitals/simulator/patient-monitor';
import { eventually, Pipeline, recordOf } from '../../../support/pipeline';

/** A pipeline of vital signs: events go in, Observations come out. */
export class VitalsPipeline extends Pipeline {
  /** Puts events to the stream, one record each unless they are joined by the caller. */
  async sendEvents(events: readonly SimulatedEvent[]): Promise<void> {
    await this.sendRecords(events.map((event) => recordOf(event.patientId, [JSON.stringify(event)])));
  }

  /** Everything that the search finds. */
  async observations(query: Readonly<Record<string, string>>): Promise<Observation[]> {
    return this.api.searchAll('Observation', query);
  }

  /**
   * Asks until the search finds as many Observations as expected, or time is up.
   *
   * @returns what was found last: a test then says what is wrong with it.
   */
  async arrived(query: Readonly<Record<string, string>>, count: number): Promise<Observation[]> {
    return eventually(
      async () => this.observations(query),
      (found) => found.length >= count,
    );
  }
}

/** An event of one heart rate, observed now, with anything else as given. */
export function heartRateEvent(patientId: string, changes: Partial<SimulatedEvent> = {}): SimulatedEvent {
  return {
    version: '1.0',
    id: randomUUID(),
    deviceId: 'integration-suite',
    patientId,
    observedAt: new Date().toISOString(),
    measurements: [{ code: '8867-4', value: 72, unit: '/min' }],
    ...changes,
  };
}
