import type { PoolClient } from 'pg';
import type { PatientMentions } from './patient-mentions';
import type { EventStorage } from '../kinesis/event-storage';
import type { DecodedRecord, RejectedEvent } from '../kinesis/workload';

/** What a workload brings to have its quarantine replayed. */
export interface ReplayedWorkload<Event> {
  readonly storage: EventStorage<Event>;
  /** Reads a record, as its consumer does. Never throws for what the record says. */
  decodeRecord(data: Uint8Array, now: Date): DecodedRecord<Event>;
  /** Reads one event of a record. Never throws for what it says. */
  decodeEvent(data: Uint8Array, now: Date): { readonly event: Event } | { readonly rejected: RejectedEvent };
  /** Makes what the rows need, such as partitions. */
  prepare(events: readonly Event[], options: { readonly recheck: boolean }): Promise<void>;
  /** Hears of events that are stored: for what may be lost, such as a cache. Whatever it throws is no failure of the replay. */
  stored(events: readonly Event[]): Promise<void>;
}

/** A patient, as the workload knows them. */
export interface Person {
  /** The id that was asked for. */
  readonly patientId: string;
  /** All ids of the person: the one that was asked for first, then those of records that were merged into it. */
  readonly ids: readonly string[];
  /** Whether the record that was asked for was merged into another one, under whose id it goes on. */
  readonly isMerged: boolean;
  /** Finds the person in what lies in quarantine. */
  readonly mentions: PatientMentions;
}

/** What one step of an erasure did. */
export interface ErasedStep {
  /** Rows that were removed. */
  readonly erasedCount: number;
  /** What is of other patients as well: it stays for them, without what names this one. */
  readonly redactedCount: number;
  /** Whether nothing is left to do. */
  readonly isDone: boolean;
}

/** What a workload brings to serve patients' rights. */
export interface PatientDataWorkload {
  identify(patientId: string): Promise<Person>;
  /** Resources of FHIR R4 in JSON without line breaks, all that is stored of the person, in a snapshot. */
  resourcesOf(client: PoolClient, person: Person): AsyncIterable<string>;
  /** The time of the youngest of them, by which a law has them kept; `null` when there are none. */
  youngestAt(person: Person): Promise<Date | null>;
  /** Removes some of the person's data, at the most about ten thousand rows, in a transaction. What `identify` knows them by goes last. */
  erase(person: Person): Promise<ErasedStep>;
  /**
   * Removes what was copied elsewhere, such as into a cache.
   *
   * @returns whether nothing is left of it: false when the cache is out of reach.
   */
  forget(person: Person): Promise<boolean>;
  /** Ids of patients that a quarantined payload names where the workload's events name them; a few at the most. */
  patientsOf(payload: Uint8Array): string[];
}

/** A workload as the operator's program hosts it. */
export type OperatedWorkload<Event> = ReplayedWorkload<Event> & PatientDataWorkload;
