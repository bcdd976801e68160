import { removeObject } from './remove-object';
import type { ScanContext, ScanOperations } from './scan-operations';
import { type SelectedScan, selectScans } from './scan-selection';
import { auditedOperation, type Command } from '../../../runtime/operations/command';
import { OperationError } from '../../../runtime/operations/errors';
import { patiently } from '../../../runtime/operations/patience';
import { counted } from '../../../runtime/operations/report';

const LISTED_DEFAULT = 100;

/** Failed scans by their reasons, or those of one reason: by ids of ours, without patient data. */
export const SCANS_LIST: Command<ScanOperations> = {
  name: 'scans list',
  summary: 'tells how many scans failed for which reasons, or which failed for one',
  required: ['operator'],
  optional: ['reason', 'limit'],
  run: async (context) =>
    audited('scans list', context, async () => {
      const reason = context.options.one('reason');
      return reason === undefined ? listReasons(context) : listScans(context, reason);
    }),
};

export const SCANS_RETRY: Command<ScanOperations> = {
  name: 'scans retry',
  summary: 'has failed scans worked on again: the next sweep queues them',
  required: ['operator'],
  optional: [],
  oneOf: ['id', 'reason'],
  run: async (context) =>
    audited('scans retry', context, async () => {
      const scans = await selectScans(context.pool, 'failed', context.options);
      refuseWithoutFile(scans);
      const { rowCount } = await context.pool.query(
        `UPDATE scan SET state = 'received', reason_code = NULL, settled_at = NULL, removed_at = NULL, open_attempts = 0
         WHERE scan_id = ANY ($1::uuid[]) AND state = 'failed'`,
        [scans.map(({ scanId }) => scanId)],
      );
      const scansCount = rowCount ?? 0;
      context.report.tell('scans.retried', { scansCount }, `${counted(scansCount, 'scan')} will be worked on again.`);
      return scansCount;
    }),
};

export const SCANS_DROP: Command<ScanOperations> = {
  name: 'scans drop',
  summary: 'removes the files of failed scans for good; who and why stays on record',
  required: ['operator', 'because'],
  optional: [],
  oneOf: ['id', 'reason'],
  run: async (context) =>
    audited('scans drop', context, async () => {
      const scans = await selectScans(context.pool, 'failed', context.options);
      let scansCount = 0;
      for (const scan of scans) {
        await patiently(context, async () => {
          await removeObject(context, scan);
          const { rowCount } = await context.pool.query(
            `UPDATE scan SET object_key = NULL, reason_code = 'dropped' WHERE scan_id = $1 AND state = 'failed'`,
            [scan.scanId],
          );
          scansCount += rowCount ?? 0;
        });
      }
      context.report.tell('scans.dropped', { scansCount }, `${counted(scansCount, 'scan')} dropped.`);
      return scansCount;
    }),
};

/** A file that a person had removed does not come back, and its scan goes on to say why. @throws OperationError (`refused`) */
function refuseWithoutFile(scans: readonly SelectedScan[]): void {
  const gone = scans.filter(({ reasonCode }) => reasonCode === 'dropped' || reasonCode === 'erased');
  if (gone.length === 0) return;
  const ids = gone.map(({ scanId }) => scanId).join(', ');
  throw new OperationError(
    'refused',
    `Files that were dropped or erased cannot be worked on again: ${ids}. Nothing was done: name others, or have the hospital send these again.`,
  );
}

/** @param work answers how many scans it showed or changed. */
async function audited(command: string, context: ScanContext, work: () => Promise<number>): Promise<void> {
  const operation = auditedOperation(command, context, { resourceType: 'Scan', patientIds: [] });
  await context.audit.during(operation, async () => ({ returnedCount: await work() }));
}

async function listReasons({ pool, report }: ScanContext): Promise<number> {
  const { rows } = await pool.query<{ reason: string; scans: string; oldest: Date; newest: Date }>(
    `SELECT reason_code AS reason, count(*) AS scans, min(settled_at) AS oldest, max(settled_at) AS newest
     FROM scan WHERE state = 'failed' GROUP BY reason_code ORDER BY count(*) DESC, reason_code`,
  );
  for (const { reason, scans, oldest, newest } of rows) {
    const times = { oldestAt: oldest.toISOString(), newestAt: newest.toISOString() };
    report.tell(
      'scans.of_reason',
      { reasonCode: reason, scansCount: Number(scans), ...times },
      `${scans.padStart(9)}  ${reason}  from ${times.oldestAt} to ${times.newestAt}`,
    );
  }
  if (rows.length === 0) report.note('No scan failed.');
  return rows.reduce((sum, { scans }) => sum + Number(scans), 0);
}

interface FailedRow {
  readonly scan_id: string;
  readonly hospital_id: number;
  readonly attempts: number;
  /** `pg` gives 64-bit numbers as text. */
  readonly size_bytes: string;
  readonly settled_at: Date;
}

async function listScans({ pool, report, options }: ScanContext, reason: string): Promise<number> {
  const { rows } = await pool.query<FailedRow>(
    `SELECT scan_id, hospital_id, attempts, size_bytes, settled_at FROM scan
     WHERE state = 'failed' AND reason_code = $1 ORDER BY settled_at, scan_id LIMIT $2`,
    [reason, Number(options.one('limit') ?? LISTED_DEFAULT)],
  );
  for (const {
    scan_id: scanId,
    hospital_id: hospitalId,
    attempts: attempt,
    size_bytes: size,
    settled_at: at,
  } of rows) {
    const settledAt = at.toISOString();
    report.tell(
      'scans.listed',
      { scanId, hospitalId, reasonCode: reason, attempt, payloadBytes: Number(size), settledAt },
      `${scanId}  hospital ${hospitalId}  ${size} bytes  failed at ${settledAt} after ${counted(attempt, 'attempt')}`,
    );
  }
  if (rows.length === 0) report.note('No scan failed for this reason.');
  return rows.length;
}
