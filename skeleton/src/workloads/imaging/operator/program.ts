import { CONFLICTS_DISCARD, CONFLICTS_KEEP, CONFLICTS_LIST } from './conflict-commands';
import { parseScanOperatorEnvironment, type ScanOperatorEnvironment } from './environment';
import { PATIENT_ERASE } from './erase-patient';
import { PATIENT_EXPORT } from './export-patient';
import { SCAN_OPTIONS } from './options';
import { SCANS_DROP, SCANS_LIST, SCANS_RETRY } from './scan-commands';
import { ScanObjects, type ScanOperations } from './scan-operations';
import { type OperatorEnvironment, parseOperatorEnvironment, parseTogether } from '../../../runtime/environment';
import type { OperatorProgram } from '../../../runtime/operations/program';
import { createObjectClient } from '../objects/object-client';

/** What imaging's operator offers. */
export const SCAN_OPERATOR: OperatorProgram<OperatorEnvironment & ScanOperatorEnvironment, ScanOperations> = {
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
    const client = createObjectClient(region);
    return {
      workload: { objects: new ScanObjects(client, scanBucket), processingBasis },
      close: async () => client.destroy(),
    };
  },
};
