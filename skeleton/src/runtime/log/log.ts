import { DestinationStream, pino } from 'pino';
import { summarizeError } from './error-summary';
import { EventName, EVENTS, FieldName, FIELDS, FieldsOf } from './vocabulary';

/** Says what happens, in the words of `vocabulary.ts` alone. */
export interface Log {
  /** Writes one line. Fields that do not belong to the event, or do not look like their kind, are withheld. */
  event<Event extends EventName>(event: Event, fields?: FieldsOf<Event>): void;
}

export interface LogOptions {
  /** Which process speaks, such as `processor` or `ingest`. */
  readonly service: string;
  /** Suffix of the environment, such as `prod`. */
  readonly environment: string;
  /** Default: standard output, written at once, so that the last line before a crash is there. */
  readonly destination?: DestinationStream;
}

const SAFE_NAME = /^[A-Za-z0-9._:/@+=-]{1,256}$/;
const WITHHELD = '[withheld]';

/** Makes a log of JSON lines: `level`, `time` (RFC 3339, UTC), `service`, `environment`, `event`, and the event's fields. */
export function createLog({ service, environment, destination }: LogOptions): Log {
  const lines = pino(
    {
      base: { service, environment },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
  return {
    event: (event, fields) => {
      lines[EVENTS[event].level]({ event, ...safeFields(event, fields ?? {}) });
    },
  };
}

/**
 * The fields of an event that may be written. Types keep callers to the vocabulary; this keeps them to it as well when a
 * value comes from outside and only claims its type.
 */
function safeFields(event: EventName, fields: object): Record<string, unknown> {
  const allowed: readonly FieldName[] = EVENTS[event].fields;
  return Object.fromEntries(
    allowed.flatMap((name) => {
      const value: unknown = Reflect.get(fields, name);
      return value === undefined ? [] : [[name, safeValue(name, value)]];
    }),
  );
}

function safeValue(name: FieldName, value: unknown): unknown {
  const kind = FIELDS[name];
  switch (kind) {
    case 'error':
      return summarizeError(value);
    case 'flag':
      return typeof value === 'boolean' ? value : WITHHELD;
    case 'count':
    case 'ms':
      return typeof value === 'number' && Number.isFinite(value) ? value : WITHHELD;
    case 'name':
      return typeof value === 'string' && SAFE_NAME.test(value) ? value : WITHHELD;
    default:
      return kind.some((word) => word === value) ? value : WITHHELD;
  }
}
