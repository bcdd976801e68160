import type { CommandSpec, GivenOptions, OptionSpec } from './command-line';
import type { LegalRetention } from './legal-retention';
import type { OperatedWorkload } from './operated-workload';
import type { AuditedOperation, OperationAudit } from './operation-audit';
import type { Report } from './report';
import type { Sink } from './sink';
import type { Log } from '../log/log';
import type { FIELDS } from '../log/vocabulary';
import type { DatabasePool } from '../postgres/pool';

/** What a command works with. */
export interface CommandContext<Workload> {
  readonly options: GivenOptions;
  readonly pool: DatabasePool;
  readonly workload: Workload;
  readonly audit: OperationAudit;
  readonly report: Report;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly operationId: string;
  readonly principal: string;
  /** Names this pipeline, as in the export's AuditEvents. */
  readonly observer: string;
  readonly legalRetention: LegalRetention | undefined;
  readonly backupRetentionDays: number | undefined;
  /** Opens the place for patient data: the file of `--output`, or the bucket. */
  openSink(kind: SinkKind): Promise<Sink>;
}

export interface SinkKind {
  /** Folder of the bucket. */
  readonly folder: string;
  /** Ends the object's name, such as `.ndjson`. */
  readonly suffix: string;
  readonly contentType: string;
  /** Name of a further file of the same command's, which lies in a folder beside the first. Default: it is the first. */
  readonly part?: string;
}

/** A command of those workloads that it is for. */
export interface Command<Workload> extends CommandSpec {
  readonly name: (typeof FIELDS.command)[number];
  run(context: CommandContext<Workload>): Promise<void>;
}

/** What a command of a workload works with that reads a stream. */
export type StreamContext<Event> = CommandContext<OperatedWorkload<Event>>;

/** A command of every workload that reads a stream, whatever its events are. */
export interface StreamCommand extends CommandSpec {
  readonly name: (typeof FIELDS.command)[number];
  run<Event>(context: StreamContext<Event>): Promise<void>;
}

export const OPTIONS = {
  operator: {
    placeholder: 'NAME',
    help: 'who asks: it goes on record',
    legal: "your name, of 1 to 100 letters, digits, spaces and ._@+'-",
    pattern: /^[\p{L}\p{N}][\p{L}\p{N} ._@+'-]{0,99}$/u,
  },
  reason: {
    placeholder: 'CODE',
    help: 'events of this reason, such as unknown_code',
    legal: 'a reason code in small letters, as "quarantine list" tells them',
    pattern: /^[a-z][a-z0-9_]{0,63}$/,
  },
  id: {
    placeholder: 'ID',
    help: 'this event, by the id that "quarantine list --reason CODE" tells',
    legal: 'the id of an event, of 12 digits and letters from a to f',
    pattern: /^[0-9a-f]{12}$/,
    isRepeatable: true,
  },
  limit: {
    placeholder: 'N',
    help: 'tell as many positions at the most (default 100)',
    legal: 'a whole number from 1 to 9999',
    pattern: /^[1-9]\d{0,3}$/,
  },
  patient: {
    placeholder: 'ID',
    help: 'the patient, by the id that events have',
    legal: 'a FHIR id, of 1 to 64 letters, digits, hyphens and dots',
    pattern: /^[A-Za-z0-9\-.]{1,64}$/,
    isConfidential: true,
  },
  because: {
    placeholder: 'TEXT',
    help: 'why: it goes on record',
    legal: 'a reason of 3 to 500 characters in one line',
    pattern: /^(?=.*\S)[^\p{Cc}]{3,500}$/u,
    isConfidential: true,
  },
  output: {
    placeholder: 'FILE',
    help: 'a new file for the patient data; in AWS it goes to the bucket for exports',
    legal: 'the path of a file that does not exist yet',
    pattern: /^[^\0]+$/,
  },
} as const satisfies Record<string, OptionSpec>;

/** What the audit trail keeps of a command's run. */
export function auditedOperation<Workload>(
  command: string,
  { options, operationId, principal }: CommandContext<Workload>,
  subject: Pick<AuditedOperation, 'resourceType' | 'patientIds'>,
): AuditedOperation {
  return {
    ...subject,
    operationId,
    principal,
    action: command.replace(' ', '.'),
    // Principal and patient have columns of their own.
    query: options.toQuery(['operator', 'patient']),
  };
}
