import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Observation } from 'fhir/r4';
import { ApiClient } from './api-client';
import { type PipelineOutputs, readOutputs } from './outputs';
import type { SimulatedEvent } from '../../local/simulator/patient-monitor';
import { putRecords } from '../../local/simulator/producer';
import type { StreamRecord } from '../../local/simulator/records';

/** Time in which an event has to show. Far above what it takes, so that a slow machine fails no test. */
const ARRIVAL_PATIENCE_MS = 60_000;
const ARRIVAL_POLL_MS = 100;

/** The pipeline under test, from both ends: the stream that devices write to, and the API. */
export class Pipeline {
  readonly outputs: PipelineOutputs = readOutputs();
  readonly api = new ApiClient(this.outputs);
  /** Begins the ids of this file's patients: no run meets another's patients, nor real ones. */
  readonly idPrefix = `test-${randomUUID().slice(0, 8)}`;
  readonly kinesis: KinesisClient = kinesisClient(this.outputs);

  /** An id for a patient of whom nobody has heard. */
  patient(name: string): string {
    return `${this.idPrefix}-${name}`;
  }

  /** Puts events to the stream, one record each unless they are joined by the caller. */
  async sendEvents(events: readonly SimulatedEvent[]): Promise<void> {
    await this.sendRecords(events.map((event) => recordOf(event.patientId, [JSON.stringify(event)])));
  }

  async sendRecords(records: readonly StreamRecord[]): Promise<void> {
    await putRecords(this.kinesis, this.outputs.KinesisStreamName, records);
  }

  /**
   * Asks until the search finds as many Observations as expected, or time is up.
   *
   * @returns what was found last: a test then says what is wrong with it.
   */
  async arrived(query: Readonly<Record<string, string>>, count: number): Promise<Observation[]> {
    const deadline = Date.now() + ARRIVAL_PATIENCE_MS;
    let found = await this.api.searchAll(query);
    while (found.length < count && Date.now() < deadline) {
      await sleep(ARRIVAL_POLL_MS);
      found = await this.api.searchAll(query);
    }
    return found;
  }

  close(): void {
    this.kinesis.destroy();
  }
}

/** A record of newline-delimited lines, with the patient as partition key. */
export function recordOf(patientId: string, lines: readonly string[]): StreamRecord {
  return { PartitionKey: patientId, Data: Buffer.from(lines.join('\n'), 'utf8') };
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

function kinesisClient(outputs: PipelineOutputs): KinesisClient {
  if (outputs.Target === 'aws') return new KinesisClient({ region: outputs.Region });
  return new KinesisClient({
    region: outputs.Region,
    endpoint: outputs.LocalKinesisEndpoint,
    // The emulator asks for some credentials, and those of the environment may be a real account's.
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
}
