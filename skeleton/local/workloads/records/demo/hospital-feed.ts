import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { Observation } from 'fhir/r4';
import type { InFlight } from '../../../demo/in-flight';
import { putRecords } from '../../../simulator/producer';
import { Random } from '../../../simulator/random';
import { spoil, SUBMISSION_FAULTS } from '../simulator/bad-submissions';
import type { Hospital } from '../simulator/hospital';
import type { Submission } from '../simulator/patient-course';

export interface HospitalFeedSettings {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly hospital: Hospital;
  readonly seed: string;
  readonly inFlight: InFlight;
}

interface FeedRecord extends Pick<Submission, 'partitionKey' | 'text'> {
  readonly isRepeated: boolean;
}

/** One Observation in so many is spoiled, and one submission in so many sent twice, as by a system that missed the answer. */
const OBSERVATIONS_PER_BAD_ONE = 60;
const SUBMISSIONS_PER_REPEATED_ONE = 80;

/** Sends what the hospital's systems send, a record each, with some bad submissions and some repeated ones among them. */
export class HospitalFeed {
  private readonly random: Random;

  constructor(private readonly settings: HospitalFeedSettings) {
    this.random = new Random(`${settings.seed}/feed`);
  }

  /** Sends everything that is due by `nowMs`. @throws when Kinesis goes on refusing it. */
  async sendDue(nowMs: number): Promise<void> {
    const { client, streamName, hospital, inFlight } = this.settings;
    const records = hospital.submissionsDue(nowMs).flatMap((submission) => this.recordsOf(submission));
    if (records.length === 0) return;
    const sentAtMs = Date.now();
    const places = await putRecords(
      client,
      streamName,
      records.map(({ partitionKey, text }) => ({ PartitionKey: partitionKey, Data: Buffer.from(text, 'utf8') })),
    );
    inFlight.add(
      places.map((place, index) => ({ ...place, sentAtMs, isRepeated: records[index]?.isRepeated ?? false })),
    );
  }

  private recordsOf({ partitionKey, kind, text }: Submission): FeedRecord[] {
    if (kind === 'observation' && this.random.chance(1 / OBSERVATIONS_PER_BAD_ONE)) {
      const bad = spoil(JSON.parse(text) as Observation, this.random.pick(SUBMISSION_FAULTS));
      return [{ partitionKey, text: bad, isRepeated: false }];
    }
    const good = { partitionKey, text, isRepeated: false };
    return this.random.chance(1 / SUBMISSIONS_PER_REPEATED_ONE) ? [good, { ...good, isRepeated: true }] : [good];
  }
}
