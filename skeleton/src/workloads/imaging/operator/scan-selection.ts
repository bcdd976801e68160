import type { GivenOptions } from '../../../runtime/operations/command-line';
import { OperationError } from '../../../runtime/operations/errors';
import type { Queryable } from '../store/scan-events';

/** A scan that a person decides on. */
export interface SelectedScan {
  readonly scanId: string;
  /** Where its file is; null where it is nowhere. */
  readonly objectKey: string | null;
  readonly reasonCode: string | null;
}

/**
 * The scans that `--id` and `--reason` name, of a state.
 *
 * @throws OperationError (`notFound`) that says which are not there, and where those are told that are, before anything is done.
 */
export async function selectScans(
  database: Queryable,
  state: 'failed' | 'conflict',
  options: GivenOptions,
): Promise<SelectedScan[]> {
  const ids = [...new Set(options.all('id'))];
  const reason = options.one('reason') ?? null;
  const { rows } = await database.query<{
    scan_id: string;
    object_key: string | null;
    reason_code: string | null;
  }>(
    `SELECT scan_id, object_key, reason_code FROM scan
     WHERE state = $1 AND (scan_id = ANY ($2::uuid[]) OR reason_code = $3) ORDER BY settled_at`,
    [state, ids, reason],
  );
  const found = new Set(rows.map(({ scan_id: scanId }) => scanId));
  const missing = ids.filter((id) => !found.has(id));
  const [words, list] =
    state === 'failed' ? ['failed', '"scans list --reason CODE"'] : ['is in conflict', '"conflicts list"'];
  const next = `Nothing was done: ${list} tells those that there are.`;
  if (missing.length > 0) {
    throw new OperationError('notFound', `No scan of these ids ${words}: ${missing.join(', ')}. ${next}`);
  }
  if (rows.length === 0) {
    throw new OperationError(
      'notFound',
      `No scan ${words} for the reason ${reason ?? ''}. Nothing was done: "scans list" tells the reasons that there are.`,
    );
  }
  return rows.map(({ scan_id: scanId, object_key: objectKey, reason_code: reasonCode }) => ({
    scanId,
    objectKey,
    reasonCode,
  }));
}
