import type { Log } from '../log/log';
import type { EventName, FieldsOf } from '../log/vocabulary';

/** Tells results: counts and places, and no patient data. */
export interface Report {
  /**
   * @param event for the log, by its vocabulary.
   * @param text the same for people.
   */
  tell<Event extends EventName>(event: Event, fields: FieldsOf<Event>, text: string): void;
  /** Tells people what does not depend on data. */
  note(text: string): void;
}

export type Write = (text: string) => void;

/** Results as events of the log: in a task, whose output is a log group. Notes go beside it, as they are. */
export function logReport(log: Log, write: Write): Report {
  return { tell: (event, fields) => log.event(event, fields), note: (text) => write(`${text}\n`) };
}

/** Results as plain lines: for a person at a terminal. */
export function textReport(write: Write): Report {
  return { tell: (_event, _fields, text) => write(`${text}\n`), note: (text) => write(`${text}\n`) };
}

/** A count with its noun: "1 event", "2 events". */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
