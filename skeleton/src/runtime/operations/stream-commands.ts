import type { StreamCommand } from './command';
import { PATIENT_ERASE, PATIENT_EXPORT } from './patient-commands';
import { QUARANTINE_DROP, QUARANTINE_LIST, QUARANTINE_REPLAY, QUARANTINE_SHOW } from './quarantine-commands';

/** What the operator of every workload offers that reads a stream, and keeps in quarantine what it cannot store. */
export const STREAM_COMMANDS: readonly StreamCommand[] = [
  QUARANTINE_LIST,
  QUARANTINE_SHOW,
  QUARANTINE_REPLAY,
  QUARANTINE_DROP,
  PATIENT_EXPORT,
  PATIENT_ERASE,
];
