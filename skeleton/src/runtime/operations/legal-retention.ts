import { OperationError } from './errors';
import type { Report } from './report';

const DAY_MS = 86_400_000;

/** A law that forbids to erase before its time. */
export interface LegalRetention {
  readonly days: number;
  /** The law, in words for people. */
  readonly basis: string;
}

/**
 * From when on data may be erased, by the youngest of it.
 *
 * @param youngest times of what there is; `null` for a kind of which there is nothing.
 * @returns `undefined` when it may be erased now.
 */
export function keptUntil(youngest: ReadonlyArray<Date | null>, { days }: LegalRetention, now: Date): Date | undefined {
  const untilMs = Math.max(...youngest.map((at) => (at === null ? -Infinity : at.getTime() + days * DAY_MS)));
  return untilMs > now.getTime() ? new Date(untilMs) : undefined;
}

/** @throws OperationError (`refused`) that says which law has data kept, and until when. */
export function refuseErasure(from: Date, { days, basis }: LegalRetention, report: Report): never {
  report.tell('patient.erasure_refused', { erasableFrom: from.toISOString() }, 'Nothing was erased.');
  throw new OperationError(
    'refused',
    `Erasure is refused: ${basis} has data kept for ${days} days. As things stand it can be done from ${from.toISOString()} on; ` +
      'data that arrives meanwhile moves that time.',
  );
}
