import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { BAD_EVENT_FAULTS, spoil } from '../simulator/bad-events';
import { putRecords } from '../simulator/producer';
import { Random } from '../simulator/random';
import { type PatientLine, toRecords } from '../simulator/records';
import type { Ward } from '../simulator/ward';

export interface WardFeedSettings {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly ward: Ward;
  readonly seed: string;
}

/** One event in so many is spoiled, and one in so many sent twice, as by a monitor that missed the answer. */
const EVENTS_PER_BAD_ONE = 400;
const EVENTS_PER_REPEATED_ONE = 250;

/** Sends what the ward's monitors read, with some bad events and some repeated ones among them. */
export class WardFeed {
  private readonly random: Random;
  private sent = 0;

  constructor(private readonly settings: WardFeedSettings) {
    this.random = new Random(`${settings.seed}/feed`);
  }

  /** Lines put to the stream so far. */
  get sentCount(): number {
    return this.sent;
  }

  /** Sends all readings that are due by `nowMs`. @throws when Kinesis goes on refusing them. */
  async send(nowMs: number): Promise<void> {
    const { client, streamName, ward } = this.settings;
    const lines = ward.readingsDue(nowMs).flatMap((event): PatientLine[] => {
      const { patientId } = event;
      if (this.random.chance(1 / EVENTS_PER_BAD_ONE)) {
        return [{ patientId, line: spoil(event, this.random.pick(BAD_EVENT_FAULTS), this.random).line }];
      }
      const line = { patientId, line: JSON.stringify(event) };
      return this.random.chance(1 / EVENTS_PER_REPEATED_ONE) ? [line, line] : [line];
    });
    await putRecords(client, streamName, toRecords(lines));
    this.sent += lines.length;
  }
}
