import { removeObject } from './remove-object';
import type { ScanContext, ScanOperations } from './scan-operations';
import { selectScans } from './scan-selection';
import { auditedOperation, type Command } from '../../../runtime/operations/command';
import { OperationError } from '../../../runtime/operations/errors';
import { patiently } from '../../../runtime/operations/patience';
import { counted } from '../../../runtime/operations/report';
import { inTransaction } from '../store/scan-work';

const LISTED_DEFAULT = 100;

interface ConflictRow {
  readonly scan_id: string;
  readonly hospital_id: number;
  /** `pg` gives 64-bit numbers as text. */
  readonly size_bytes: string;
  readonly noticed_at: Date;
  readonly total: string;
}

export const CONFLICTS_LIST: Command<ScanOperations> = {
  name: 'conflicts list',
  summary: 'tells which files came with an id that is stored already, with other bytes',
  required: ['operator'],
  optional: ['limit'],
  run: async (context) =>
    audited('conflicts list', context, async () => {
      const { pool, report, options } = context;
      const { rows } = await pool.query<ConflictRow>(
        `SELECT scan_id, hospital_id, size_bytes, noticed_at, count(*) OVER () AS total FROM instance_conflict
         WHERE resolved_at IS NULL ORDER BY noticed_at, scan_id LIMIT $1`,
        [Number(options.one('limit') ?? LISTED_DEFAULT)],
      );
      for (const { scan_id: scanId, hospital_id: hospitalId, size_bytes: size, noticed_at: at } of rows) {
        const settledAt = at.toISOString();
        const text = `${scanId}  hospital ${hospitalId}  ${size} bytes  noticed at ${settledAt}`;
        report.tell('conflicts.listed', { scanId, hospitalId, payloadBytes: Number(size), settledAt }, text);
      }
      const scansCount = Number(rows[0]?.total ?? 0);
      report.tell('conflicts.counted', { scansCount }, `${counted(scansCount, 'conflict')} to decide.`);
      return rows.length;
    }),
};

/** The file that came first is what queries answer, whatever is decided. */
export const CONFLICTS_KEEP: Command<ScanOperations> = {
  name: 'conflicts keep',
  summary: 'keeps the later file in the bucket, beside the one that came first and goes on to be answered',
  required: ['operator', 'because'],
  optional: [],
  oneOf: ['id'],
  run: async (context) => decide('conflicts keep', 'kept', context),
};

export const CONFLICTS_DISCARD: Command<ScanOperations> = {
  name: 'conflicts discard',
  summary: 'removes the later file; the one that came first stays as it is',
  required: ['operator', 'because'],
  optional: [],
  oneOf: ['id'],
  run: async (context) => decide('conflicts discard', 'discarded', context),
};

async function decide(command: string, resolution: 'discarded' | 'kept', context: ScanContext): Promise<void> {
  await audited(command, context, async () => {
    const { pool, report } = context;
    const scans = await selectScans(pool, 'conflict', context.options);
    const { rows } = await pool.query<{ scan_id: string }>(
      'SELECT scan_id FROM instance_conflict WHERE scan_id = ANY ($1::uuid[]) AND resolved_at IS NULL',
      [scans.map(({ scanId }) => scanId)],
    );
    const open = new Set(rows.map(({ scan_id: scanId }) => scanId));
    const decided = scans.filter(({ scanId }) => !open.has(scanId)).map(({ scanId }) => scanId);
    if (decided.length > 0) {
      throw new OperationError(
        'refused',
        `These are decided already: ${decided.join(', ')}. Nothing was done: "conflicts list" tells those to decide.`,
      );
    }
    for (const scan of scans) {
      await patiently(context, async () => {
        if (resolution === 'discarded') await removeObject(context, scan);
        await inTransaction(pool, async (client) => {
          await client.query(
            `UPDATE instance_conflict SET resolved_at = now(), resolution = $2 WHERE scan_id = $1 AND resolved_at IS NULL`,
            [scan.scanId, resolution],
          );
          if (resolution === 'discarded') {
            await client.query('UPDATE scan SET object_key = NULL WHERE scan_id = $1', [scan.scanId]);
          }
        });
      });
    }
    const scansCount = scans.length;
    report.tell('conflicts.decided', { scansCount }, `${counted(scansCount, 'conflict')} decided: ${resolution}.`);
    return scansCount;
  });
}

async function audited(command: string, context: ScanContext, work: () => Promise<number>): Promise<void> {
  const operation = auditedOperation(command, context, { resourceType: 'Conflict', patientIds: [] });
  await context.audit.during(operation, async () => ({ returnedCount: await work() }));
}
