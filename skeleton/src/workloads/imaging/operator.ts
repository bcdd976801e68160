/**
 * The operator's program of the imaging pipeline: scans that failed, files that differ from what is stored, and what patients may ask
 * for. Bundled into one file. It runs as a task of its own in AWS, and by `npm run operate` beside the local stack.
 */
import { S3Client } from '@aws-sdk/client-s3';
import { CONFLICTS_DISCARD, CONFLICTS_KEEP, CONFLICTS_LIST } from './operator/conflict-commands';
import { parseScanOperatorEnvironment } from './operator/environment';
import { PATIENT_ERASE } from './operator/erase-patient';
import { PATIENT_EXPORT } from './operator/export-patient';
import { SCAN_OPTIONS } from './operator/options';
import { SCANS_DROP, SCANS_LIST, SCANS_RETRY } from './operator/scan-commands';
import { ScanObjects } from './operator/scan-operations';
import { parseOperatorEnvironment, parseTogether } from '../../runtime/environment';
import { operatorProgram } from '../../runtime/operations/operator-program';

operatorProgram({
  parseEnvironment: (variables) => parseTogether(variables, parseOperatorEnvironment, parseScanOperatorEnvironment),
  options: SCAN_OPTIONS,
  commands: [
    SCANS_LIST,
    SCANS_RETRY,
    SCANS_DROP,
    CONFLICTS_LIST,
    CONFLICTS_KEEP,
    CONFLICTS_DISCARD,
    PATIENT_EXPORT,
    PATIENT_ERASE,
  ],
  host: (_pool, { region, scanBucket, processingBasis }) => {
    const client = new S3Client({ region });
    return {
      workload: { objects: new ScanObjects(client, scanBucket), processingBasis },
      close: async () => client.destroy(),
    };
  },
});
