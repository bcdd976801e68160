import { imagingCapacity } from './capacity';
import { auditRetentionDays } from '../../foundation/audit-retention';
import { Database } from '../../foundation/database';
import { HmacKey } from '../../foundation/hmac-key';
import type { Foundation } from '../../foundation/pipeline-parts';
import { QueueStore } from '../../foundation/queue-store';
import { ScanBucket } from '../../foundation/scan-bucket';
import { SharedFiles } from '../../foundation/shared-files';
import { IngestStream } from '../../foundation/stream';
import { PLANNED_EVENT_BYTES } from '../../tenant';

/** Name of the database in the cluster. */
const DATABASE_NAME = 'imaging';

/** Where the programs of imaging keep what. */
export interface ImagingStores {
  /** What was received, and what every stored file says of patient, study, series and instance. */
  readonly database: Database;
  /** What waits to be worked on. */
  readonly queue: QueueStore;
  /** Files while they are received and worked on. */
  readonly files: SharedFiles;
  /** Originals, previews and de-identified derivatives. */
  readonly scans: ScanBucket;
  /** Every step of a file's life, for whoever wants to know. */
  readonly life: IngestStream;
  /** Out of which the pseudonyms of de-identified derivatives are made. */
  readonly deidentificationKey: HmacKey;
}

export function imagingStores(foundation: Foundation): ImagingStores {
  const { scope, settings, names, keys, network } = foundation;
  const { capacity, compliance } = settings;
  const { peakEventsPerSecond } = imagingCapacity(capacity);
  return {
    database: databaseOf(foundation),
    queue: queueOf(foundation),
    files: new SharedFiles(scope, 'Files', {
      names,
      network,
      dataKey: keys.data,
      resourceType: 'files',
      noBackupReason:
        'Files lie here while they are received and worked on, for minutes; a sender still has what was not received whole, and the rest is in S3. A recovery point would be a copy of patient data that outlives the stack.',
    }),
    scans: new ScanBucket(scope, 'Scans', {
      names,
      network,
      dataKey: keys.data,
      deletedRetentionDays: compliance.backupRetentionDays,
      accessLogRetentionDays: auditRetentionDays(compliance),
    }),
    life: new IngestStream(scope, 'Life', {
      names,
      key: keys.data,
      peakEventsPerSecond,
      eventBytes: PLANNED_EVENT_BYTES.imaging,
      streamMode: capacity.streamMode,
      shards: capacity.shards,
    }),
    deidentificationKey: new HmacKey(scope, 'DeidentificationKey', {
      names,
      purpose: 'deidentification',
      description: 'Makes the pseudonyms of de-identified scans; whoever may use it can link them to patients',
    }),
  };
}

function databaseOf({ scope, settings, names, keys, network }: Foundation): Database {
  const { capacity, compliance, secrets } = settings;
  return new Database(scope, 'Database', {
    names,
    network,
    databaseName: DATABASE_NAME,
    dataKey: keys.data,
    logKey: keys.telemetry,
    secrets,
    peakEventsPerSecond: imagingCapacity(capacity).peakRowsPerSecond,
    readers: { min: capacity.databaseReadersMin, max: capacity.databaseReadersMax },
    backupRetentionDays: compliance.backupRetentionDays,
    auditRetentionDays: auditRetentionDays(compliance),
  });
}

function queueOf({ scope, settings, names, keys, network }: Foundation): QueueStore {
  const { cacheAuthTokenArn, cacheAuthTokenKeyArn } = settings.secrets;
  // parseTenantSettings has asked for it already; this is for who builds settings by hand.
  if (cacheAuthTokenArn === undefined) {
    throw new Error('secrets.cacheAuthTokenArn is missing: the queue of imaging has no auth token without it.');
  }
  return new QueueStore(scope, 'Queue', {
    names,
    network,
    authToken: { arn: cacheAuthTokenArn, keyArn: cacheAuthTokenKeyArn },
    dataKey: keys.data,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
}
