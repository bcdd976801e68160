import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { InFlight } from '../../../demo/in-flight';
import { putRecords } from '../../../simulator/producer';
import { Random } from '../../../simulator/random';
import { toRecords } from '../../../simulator/records';
import { BAD_EVENT_FAULTS, spoil } from '../simulator/bad-events';
import type { SimulatedEvent } from '../simulator/patient-monitor';
import type { Ward } from '../simulator/ward';

export interface WardFeedSettings {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly ward: Ward;
  readonly seed: string;
  readonly inFlight: InFlight;
}

interface FeedLine {
  readonly patientId: string;
  readonly line: string;
  readonly isRepeated: boolean;
}

/** One event in so many is spoiled, and one in so many sent twice, as by a monitor that missed the answer. */
const EVENTS_PER_BAD_ONE = 400;
const EVENTS_PER_REPEATED_ONE = 250;

/** Sends what the ward's monitors read, with some bad events and some repeated ones among them. */
export class WardFeed {
  private readonly random: Random;

  constructor(private readonly settings: WardFeedSettings) {
    this.random = new Random(`${settings.seed}/feed`);
  }

  /** Sends all readings that are due by `nowMs`. @throws when Kinesis goes on refusing them. */
  async sendReadings(nowMs: number): Promise<void> {
    await this.send(
      this.settings.ward.readingsDue(nowMs).flatMap((event): FeedLine[] => {
        const { patientId } = event;
        if (this.random.chance(1 / EVENTS_PER_BAD_ONE)) {
          const { line } = spoil(event, this.random.pick(BAD_EVENT_FAULTS), this.random);
          return [{ patientId, line, isRepeated: false }];
        }
        const good = { patientId, line: JSON.stringify(event), isRepeated: false };
        return this.random.chance(1 / EVENTS_PER_REPEATED_ONE) ? [good, { ...good, isRepeated: true }] : [good];
      }),
    );
  }

  /** Sends events as they are. @throws when Kinesis goes on refusing them. */
  async sendEvents(events: readonly SimulatedEvent[]): Promise<void> {
    await this.send(
      events.map((event) => ({ patientId: event.patientId, line: JSON.stringify(event), isRepeated: false })),
    );
  }

  private async send(lines: readonly FeedLine[]): Promise<void> {
    const { client, streamName, inFlight } = this.settings;
    const sentAtMs = Date.now();
    // One line a record, so the places are in the order of the lines.
    const places = await putRecords(client, streamName, toRecords(lines));
    inFlight.add(places.map((place, index) => ({ ...place, sentAtMs, isRepeated: lines[index]?.isRepeated ?? false })));
  }
}
