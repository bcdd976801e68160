import { CACHE_FAULTS } from './cache-faults';

/**
 * Everything that the processes ever say in their logs. An event carries the fields listed with it and no others, and each
 * field has a kind that bounds what it can hold, so patient data cannot get into a log even by a mistake.
 * To say something new, add it here.
 */

/**
 * Kinds of fields.
 *
 * - `count`, `ms`: a finite number.
 * - `flag`: true or false.
 * - `name`: a name that AWS or this program gave, such as a shard id; letters, digits and `._:/@+=-` only.
 * - `word`: one of the words listed with the field.
 * - `error`: an error, reduced by `summarizeError`.
 */
export const FIELDS = {
  streamName: 'name',
  shardId: 'name',
  sequenceNumber: 'name',
  workerId: 'name',
  region: 'name',
  migration: 'name',
  requestId: 'name',
  reasonCode: 'name',
  targetType: 'name',
  principal: 'name',
  signal: 'name',
  phase: 'name',
  epoch: 'count',
  port: 'count',
  status: 'count',
  attempt: 'count',
  recordsCount: 'count',
  eventsCount: 'count',
  storedCount: 'count',
  quarantinedCount: 'count',
  migrationsCount: 'count',
  partitionsCount: 'count',
  shardsCount: 'count',
  leasesCount: 'count',
  returnedCount: 'count',
  acceptedCount: 'count',
  refusedCount: 'count',
  delayedCount: 'count',
  examinedCount: 'count',
  duplicateCount: 'count',
  stillWrongCount: 'count',
  remainingCount: 'count',
  droppedCount: 'count',
  scansCount: 'count',
  filesCount: 'count',
  requeuedCount: 'count',
  abandonedCount: 'count',
  clearedCount: 'count',
  removedCount: 'count',
  shownCount: 'count',
  resourcesCount: 'count',
  accessesCount: 'count',
  erasedCount: 'count',
  redactedCount: 'count',
  partedRecordsCount: 'count',
  unresolvedCount: 'count',
  eventIndex: 'count',
  payloadBytes: 'count',
  exitCode: 'count',
  operationId: 'name',
  /** Of a scan or its upload: ours, and nothing of the data set. */
  scanId: 'name',
  /** The number that a hospital has here: never its name. */
  hospitalId: 'count',
  quarantineId: 'name',
  /** Where patient data went that somebody asked for: a path or an URI, without patient data. */
  place: 'name',
  oldestAt: 'name',
  newestAt: 'name',
  quarantinedAt: 'name',
  settledAt: 'name',
  /** From when on a patient's data may be erased. */
  erasableFrom: 'name',
  isForgotten: 'flag',
  /** Whether the same file was stored before. */
  isRepeat: 'flag',
  command: [
    'quarantine list',
    'quarantine show',
    'quarantine replay',
    'quarantine drop',
    'patient export',
    'patient erase',
    'references unresolved',
    'scans list',
    'scans retry',
    'scans drop',
    'conflicts list',
    'conflicts keep',
    'conflicts discard',
  ],
  retryInMs: 'ms',
  durationMs: 'ms',
  graceful: 'flag',
  auditState: ['active', 'unavailable', 'awaiting-restart', 'refused'],
  /** Why the cache could not be used: `RedisFault`. */
  cacheFault: CACHE_FAULTS,
  method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  route: [
    '/',
    '/metadata',
    '/health',
    '/Observation',
    '/Observation/$lastn',
    '/:type',
    '/:type/:id',
    '/:type/:id/_history',
    '/:type/:id/_history/:versionId',
    '/Patient/:id/$everything',
    '/AuditEvent',
    '/AuditEvent/:id',
    '/uploads',
    '/uploads/:upload',
    '/studies',
    '/studies/:study',
    '/series',
    '/instances',
    '/studies/:study/series',
    '/studies/:study/instances',
    '/studies/:study/metadata',
    '/studies/:study/rendered',
    '/studies/:study/thumbnail',
    '/studies/:study/series/:series',
    '/studies/:study/series/:series/instances',
    '/studies/:study/series/:series/metadata',
    '/studies/:study/series/:series/rendered',
    '/studies/:study/series/:series/thumbnail',
    '/studies/:study/series/:series/instances/:instance',
    '/studies/:study/series/:series/instances/:instance/metadata',
    '/studies/:study/series/:series/instances/:instance/rendered',
    '/studies/:study/series/:series/instances/:instance/thumbnail',
    '/studies/:study/series/:series/instances/:instance/frames/:frames',
    '/studies/:study/series/:series/instances/:instance/frames/:frames/rendered',
    '/studies/:study/series/:series/instances/:instance/frames/:frames/thumbnail',
  ],
  form: ['observation', 'resource', 'bundle', 'hl7v2'],
  error: 'error',
} as const satisfies Record<string, FieldKind>;

export type FieldKind = 'count' | 'ms' | 'flag' | 'name' | 'error' | readonly string[];
export type FieldName = keyof typeof FIELDS;
export type LogLevel = 'info' | 'warn' | 'error' | 'fatal';

export const EVENTS = {
  'process.started': { level: 'info', fields: ['workerId', 'streamName', 'region'] },
  'process.stopping': { level: 'info', fields: ['signal'] },
  'process.stopped': { level: 'info', fields: ['graceful', 'durationMs'] },
  'process.crashed': { level: 'fatal', fields: ['error'] },
  'process.start_failed': { level: 'fatal', fields: ['phase', 'error'] },
  'process.start_delayed': { level: 'warn', fields: ['phase', 'attempt', 'retryInMs', 'error'] },
  'health.listening': { level: 'info', fields: ['port'] },
  'api.listening': { level: 'info', fields: ['port'] },
  'migration.applied': { level: 'info', fields: ['migration'] },
  'migration.finished': { level: 'info', fields: ['migrationsCount', 'durationMs'] },
  'database.audit_checked': { level: 'info', fields: ['auditState'] },
  'database.connection_lost': { level: 'warn', fields: ['error'] },
  'database.login_refused': { level: 'warn', fields: ['attempt', 'error'] },
  'database.login_renewed': { level: 'info', fields: ['attempt'] },
  'cache.unavailable': { level: 'warn', fields: ['cacheFault', 'attempt', 'retryInMs', 'error'] },
  'cache.refused': { level: 'error', fields: ['error'] },
  'cache.available': { level: 'info', fields: ['durationMs'] },
  'cache.token_refused': { level: 'warn', fields: ['error'] },
  'cache.token_renewed': { level: 'info', fields: [] },
  'cache.token_unreadable': { level: 'warn', fields: ['error'] },
  'partition.maintained': { level: 'info', fields: ['partitionsCount'] },
  'partition.maintenance_failed': { level: 'error', fields: ['error'] },
  'retention.kept': { level: 'info', fields: ['quarantinedCount', 'accessesCount'] },
  'retention.failed': { level: 'error', fields: ['error'] },
  'references.counted': { level: 'info', fields: ['unresolvedCount'] },
  'report.failed': { level: 'error', fields: ['error'] },
  'shard.discovered': { level: 'info', fields: ['streamName', 'shardsCount'] },
  'shard.discovery_failed': { level: 'warn', fields: ['streamName', 'error'] },
  'shard.ended': { level: 'info', fields: ['shardId'] },
  'shard.expired': { level: 'error', fields: ['shardId'] },
  'shard.read_failed': { level: 'warn', fields: ['shardId', 'attempt', 'retryInMs', 'error'] },
  'shard.worker_failed': { level: 'error', fields: ['shardId', 'error'] },
  'lease.taken': { level: 'info', fields: ['shardId', 'epoch'] },
  'lease.released': { level: 'info', fields: ['shardId', 'epoch'] },
  'lease.lost': { level: 'warn', fields: ['shardId', 'epoch'] },
  'lease.coordination_failed': { level: 'warn', fields: ['error'] },
  'batch.commit_delayed': { level: 'warn', fields: ['shardId', 'attempt', 'retryInMs', 'error'] },
  'batch.poisoned': { level: 'warn', fields: ['shardId', 'eventsCount', 'error'] },
  'batch.follow_up_failed': { level: 'error', fields: ['eventsCount', 'error'] },
  'event.quarantined': { level: 'warn', fields: ['shardId', 'sequenceNumber', 'reasonCode', 'quarantinedCount'] },
  'operation.started': { level: 'info', fields: ['operationId', 'command'] },
  'operation.finished': { level: 'info', fields: ['operationId', 'command', 'exitCode', 'durationMs'] },
  'operation.failed': { level: 'error', fields: ['operationId', 'command', 'exitCode', 'error'] },
  'operation.delayed': { level: 'warn', fields: ['attempt', 'retryInMs', 'error'] },
  'quarantine.counted': { level: 'info', fields: ['eventsCount', 'shownCount'] },
  'quarantine.reason': {
    level: 'info',
    fields: ['reasonCode', 'eventsCount', 'payloadBytes', 'oldestAt', 'newestAt'],
  },
  'quarantine.position': {
    level: 'info',
    fields: [
      'quarantineId',
      'reasonCode',
      'streamName',
      'shardId',
      'sequenceNumber',
      'eventIndex',
      'payloadBytes',
      'quarantinedAt',
    ],
  },
  'quarantine.shown': { level: 'info', fields: ['quarantineId', 'eventsCount', 'place'] },
  'quarantine.replayed': {
    level: 'info',
    fields: ['examinedCount', 'storedCount', 'duplicateCount', 'stillWrongCount', 'remainingCount'],
  },
  'quarantine.still_wrong': { level: 'info', fields: ['reasonCode', 'eventsCount'] },
  'quarantine.dropped': { level: 'warn', fields: ['droppedCount', 'remainingCount'] },
  'patient.exported': { level: 'info', fields: ['resourcesCount', 'quarantinedCount', 'accessesCount', 'place'] },
  'references.of_type': { level: 'info', fields: ['targetType', 'unresolvedCount'] },
  'references.listed': { level: 'info', fields: ['unresolvedCount', 'place'] },
  'patient.erasure_refused': { level: 'warn', fields: ['erasableFrom'] },
  'patient.erased': {
    level: 'warn',
    fields: ['erasedCount', 'redactedCount', 'quarantinedCount', 'partedRecordsCount', 'isForgotten'],
  },
  'scans.of_reason': { level: 'info', fields: ['reasonCode', 'scansCount', 'oldestAt', 'newestAt'] },
  'scans.listed': {
    level: 'info',
    fields: ['scanId', 'hospitalId', 'reasonCode', 'attempt', 'payloadBytes', 'settledAt'],
  },
  'scans.retried': { level: 'info', fields: ['scansCount'] },
  'scans.dropped': { level: 'warn', fields: ['scansCount'] },
  'scans.exported': { level: 'info', fields: ['resourcesCount', 'filesCount', 'accessesCount', 'place'] },
  'scans.erased': { level: 'warn', fields: ['erasedCount', 'filesCount'] },
  'conflicts.counted': { level: 'info', fields: ['scansCount'] },
  'conflicts.listed': { level: 'info', fields: ['scanId', 'hospitalId', 'payloadBytes', 'settledAt'] },
  'conflicts.decided': { level: 'warn', fields: ['scansCount'] },
  'stream.put_delayed': { level: 'warn', fields: ['streamName', 'recordsCount', 'attempt', 'retryInMs'] },
  'stream.put_failed': { level: 'warn', fields: ['streamName', 'recordsCount', 'error'] },
  'ingest.accepted': {
    level: 'info',
    fields: ['requestId', 'principal', 'form', 'acceptedCount', 'refusedCount', 'delayedCount'],
  },
  'ingest.refused': { level: 'warn', fields: ['requestId', 'principal', 'form', 'refusedCount', 'delayedCount'] },
  'request.answered': {
    level: 'info',
    fields: ['requestId', 'method', 'route', 'status', 'returnedCount', 'durationMs'],
  },
  'request.failed': { level: 'error', fields: ['requestId', 'method', 'route', 'status', 'error'] },
  'scan.received': { level: 'info', fields: ['scanId', 'payloadBytes'] },
  'scan.refused': { level: 'warn', fields: ['scanId', 'reasonCode'] },
  'scan.queue_failed': { level: 'warn', fields: ['scanId', 'error'] },
  'scan.stored': { level: 'info', fields: ['scanId', 'attempt', 'payloadBytes', 'isRepeat', 'durationMs'] },
  'scan.conflicted': { level: 'warn', fields: ['scanId', 'attempt'] },
  'scan.delayed': { level: 'warn', fields: ['scanId', 'attempt', 'error'] },
  'scan.failed': { level: 'error', fields: ['scanId', 'attempt', 'reasonCode', 'error'] },
  'scan.not_cleared': { level: 'warn', fields: ['scanId', 'error'] },
  'queue.failed': { level: 'warn', fields: ['error'] },
  'life.not_told': { level: 'warn', fields: ['error'] },
  'sweep.finished': {
    level: 'info',
    fields: ['requeuedCount', 'abandonedCount', 'clearedCount', 'removedCount', 'durationMs'],
  },
  'sweep.failed': { level: 'warn', fields: ['phase', 'error'] },
  'worker.running': { level: 'info', fields: ['workerId'] },
  'audit.write_failed': { level: 'error', fields: ['requestId', 'error'] },
} as const satisfies Record<string, { level: LogLevel; fields: readonly FieldName[] }>;

export type EventName = keyof typeof EVENTS;

type ValueOf<Kind> = Kind extends 'count' | 'ms'
  ? number
  : Kind extends 'flag'
    ? boolean
    : Kind extends 'error'
      ? unknown
      : Kind extends readonly string[]
        ? Kind[number]
        : string;

/** Fields that may go with an event; all of them may be left out. */
export type FieldsOf<Event extends EventName> = {
  readonly [Name in (typeof EVENTS)[Event]['fields'][number]]?: ValueOf<(typeof FIELDS)[Name]>;
};
