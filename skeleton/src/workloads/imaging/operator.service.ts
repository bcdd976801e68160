import type { ImagingStores } from './stores.service';
import { operatorProgram } from '../../foundation/operator-program';
import type { OperatorProgram } from '../../foundation/operator-program';
import type { Foundation } from '../../foundation/pipeline-parts';

/**
 * The task that runs `operator.ts`: scans that failed, ids that came twice, and what patients may ask for. It reaches the database and the
 * objects of S3 only: what it puts back in the database to be stored again, workers queue.
 */
export function imagingOperator(foundation: Foundation, { database, scans }: ImagingStores): OperatorProgram {
  const { processingBasis } = foundation.settings.compliance;
  const operator = operatorProgram(
    foundation,
    [database],
    {
      SCAN_BUCKET: scans.bucket.bucketName,
      ...(processingBasis === undefined ? {} : { PROCESSING_BASIS: processingBasis }),
    },
    scans.removeStatements(),
  );
  scans.acknowledgeObjects(operator.task);
  return operator;
}
