import type { Outcome } from './process-scan';
import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';
import type { ClaimedScan } from '../store/scan-work';

/** Tells what becomes of scans, by log and metrics. */
export interface ScanObserver {
  /** @param outcome `settled` when another worker was first. */
  ended(scan: ClaimedScan, outcome: Outcome, durationMs: number): void;
  failed(scan: ClaimedScan, reasonCode: string, error: unknown): void;
  notCleared(scanId: string, error: unknown): void;
}

export function scanObserver(log: Log, metrics: Metrics): ScanObserver {
  return {
    ended: (scan, outcome, durationMs) => {
      const { scanId, attempt, sizeBytes: payloadBytes } = scan;
      // Zeros as well: CloudWatch must be able to tell none from no worker.
      metrics.add('ScansStoredCount', outcome === 'stored' || outcome === 'repeat' ? 1 : 0);
      metrics.add('ScansConflictedCount', outcome === 'conflict' ? 1 : 0);
      metrics.add('ScansFailedCount', 0);
      if (outcome === 'conflict') log.event('scan.conflicted', { scanId, attempt });
      if (outcome === 'stored' || outcome === 'repeat') {
        const isRepeat = outcome === 'repeat';
        log.event('scan.stored', { scanId, attempt, payloadBytes, isRepeat, durationMs: Math.round(durationMs) });
      }
    },
    failed: ({ scanId, attempt }, reasonCode, error) => {
      metrics.add('ScansFailedCount', 1);
      log.event('scan.failed', { scanId, attempt, reasonCode, ...(error !== undefined && { error }) });
    },
    notCleared: (scanId, error) => log.event('scan.not_cleared', { scanId, error }),
  };
}
