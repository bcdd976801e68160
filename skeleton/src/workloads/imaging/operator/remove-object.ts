import type { ScanContext } from './scan-operations';
import type { SelectedScan } from './scan-selection';

/**
 * Removes a scan's file from the bucket, unless another scan of the same bytes has it too, or is about to: their key is the same.
 *
 * @throws what the SDK and `pg` throw.
 */
export async function removeObject(
  { pool, workload }: ScanContext,
  { scanId, objectKey }: SelectedScan,
): Promise<void> {
  if (objectKey === null) return;
  const { rowCount } = await pool.query(
    `SELECT FROM scan AS own JOIN scan AS other USING (hospital_id, sop_instance_uid, sha256)
     WHERE own.scan_id = $1 AND other.scan_id <> $1 AND (other.state = 'received' OR other.object_key IS NOT NULL) LIMIT 1`,
    [scanId],
  );
  if (rowCount === 0) await workload.objects.remove(objectKey);
}
