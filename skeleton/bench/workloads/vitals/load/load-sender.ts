import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { InFlight } from '../../../../local/demo/in-flight';
import { putRecords } from '../../../../local/simulator/producer';
import { Ward } from '../../../../local/workloads/vitals/simulator/ward';
import { gatewayRecords } from '../gateways';

export interface LoadSenderSettings {
  readonly client: KinesisClient;
  readonly streamName: string;
  /** One patient's monitor each. */
  readonly eventsPerSecond: number;
  /** When the monitors begin, milliseconds since 1970. */
  readonly startAtMs: number;
}

/** Sends what a ward's monitors read, through gateways, and remembers what the stream has taken. */
export class LoadSender {
  readonly inFlight = new InFlight();
  readonly eventIds: string[] = [];
  /** When the stream had taken each of them, milliseconds since 1970. */
  readonly takenAtMs: number[] = [];
  /** How long each PutRecords took. */
  readonly putTimesMs: number[] = [];
  private readonly ward: Ward;
  private measurements = 0;
  private lag = 0;

  constructor(private readonly settings: LoadSenderSettings) {
    const { eventsPerSecond, startAtMs } = settings;
    this.ward = new Ward({ patients: eventsPerSecond, seed: 'load', startAtMs, idPrefix: 'load' });
  }

  /** Measurements of the events that the stream has taken. */
  get rowsCount(): number {
    return this.measurements;
  }

  /** The longest time from an event's observation until the stream had taken it. */
  get lagMaxMs(): number {
    return this.lag;
  }

  /** Sends everything that is due. @throws when the stream goes on refusing it. */
  async sendDue(nowMs: number): Promise<void> {
    const { client, streamName } = this.settings;
    const events = this.ward.readingsDue(nowMs);
    const [oldest] = events;
    if (oldest === undefined) return;
    const records = gatewayRecords(events);
    const sentAtMs = Date.now();
    const places = await putRecords(client, streamName, records);
    const takenAtMs = Date.now();
    this.putTimesMs.push(takenAtMs - sentAtMs);
    this.lag = Math.max(this.lag, takenAtMs - Date.parse(oldest.observedAt));
    this.inFlight.add(
      places.map((place, index) => ({
        ...place,
        sentAtMs,
        isRepeated: false,
        eventsCount: Buffer.from(records[index]?.Data ?? [])
          .toString('utf8')
          .split('\n').length,
      })),
    );
    for (const { id, measurements } of events) {
      this.eventIds.push(id);
      this.takenAtMs.push(takenAtMs);
      this.measurements += measurements.length;
    }
  }
}
