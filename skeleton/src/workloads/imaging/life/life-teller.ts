import { publishLifeEvents } from './life-events';
import { Backoff, pause } from '../../../runtime/backoff';
import type { RecordWriter } from '../../../runtime/kinesis/record-writer';
import type { Log } from '../../../runtime/log/log';
import type { DatabasePool } from '../../../runtime/postgres/pool';

export interface LifeTellerOptions {
  readonly pool: Pick<DatabasePool, 'use'>;
  readonly writer: RecordWriter;
  readonly log: Log;
}

const INTERVAL_MS = 1_000;
const RETRY_MOST_MS = 30_000;

/**
 * Tells the stream, within a second or so, what happens to scans, until the signal comes. Events that cannot be told stay in the
 * database, and are told by whichever worker comes first when it can be done again.
 */
export async function tellLife({ pool, writer, log }: LifeTellerOptions, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(INTERVAL_MS, RETRY_MOST_MS);
  let waitMs = 0;
  while (await pause(waitMs, signal)) {
    try {
      const toldCount = await publishLifeEvents(pool, writer);
      backoff.succeeded();
      waitMs = toldCount > 0 ? 0 : INTERVAL_MS;
    } catch (error) {
      log.event('life.not_told', { error });
      waitMs = backoff.next();
    }
  }
}
