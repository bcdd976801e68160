import type { Log } from '../log/log';
import type { EventName, FieldsOf } from '../log/vocabulary';

/** Tells results: counts and places, and no patient data. */
export interface Report {
  /**
   * @param event for the log, by its vocabulary.
   * @param text the same for people.
   */
  tell<Event extends EventName>(event: Event, fields: FieldsOf<Event>, text: string): void;
}

/** Results as events of the log: in a task, whose output is a log group. */
export function logReport(log: Log): Report {
  return { tell: (event, fields) => log.event(event, fields) };
}

/** Results as plain lines: for a person at a terminal. */
export function textReport(write: (text: string) => void): Report {
  return { tell: (_event, _fields, text) => write(`${text}\n`) };
}

/** A count with its noun: "1 event", "2 events". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
