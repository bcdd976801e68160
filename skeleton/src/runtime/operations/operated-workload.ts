import type { PoolClient } from 'pg';
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

/** What a workload brings to serve patients' rights. */
export interface PatientDataWorkload {
  /** Resources of FHIR R4, all that is stored of the patient, in a snapshot. */
  resourcesOf(client: PoolClient, patientId: string): AsyncIterable<object>;
  /** When the youngest of them was observed; `null` when there are none. */
  youngestAt(patientId: string): Promise<Date | null>;
  /** Removes up to some rows of the patient. @returns how many. */
  erase(patientId: string, rowsMax: number): Promise<number>;
  /**
   * Removes what was copied elsewhere, such as into a cache.
   *
   * @returns whether nothing is left of it: false when the cache is out of reach.
   */
  forget(patientId: string): Promise<boolean>;
  /** Ids of patients that a quarantined payload names where the workload's events name them; a few at the most. */
  patientsOf(payload: Uint8Array): string[];
}

/** A workload as the operator's program hosts it. */
export type OperatedWorkload<Event> = ReplayedWorkload<Event> & PatientDataWorkload;
