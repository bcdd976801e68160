import type { Log } from '../../../runtime/log/log';
import type { Metrics } from '../../../runtime/metrics/metrics';

/** Hears what became of files, for logs and metrics. */
export interface IntakeObserver {
  received(scanId: string, sizeBytes: number): void;
  /** @param reasonCode of the closed lists. */
  refused(scanId: string, reasonCode: string): void;
  /** The scan is received; the sweep queues it later. */
  queueFailed(scanId: string, error: unknown): void;
}

/** Tells logs and metrics, by ids of ours and codes alone. */
export function intakeObserver(log: Log, metrics: Metrics): IntakeObserver {
  return {
    received: (scanId, sizeBytes) => {
      log.event('scan.received', { scanId, payloadBytes: sizeBytes });
      metrics.add('ScansReceivedCount', 1);
    },
    refused: (scanId, reasonCode) => {
      log.event('scan.refused', { scanId, reasonCode });
      metrics.add('UploadsRefusedCount', 1);
    },
    queueFailed: (scanId, error) => {
      log.event('scan.queue_failed', { scanId, error });
      metrics.add('QueueErrorCount', 1);
    },
  };
}
