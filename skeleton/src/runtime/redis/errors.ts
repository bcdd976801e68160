import type { CACHE_FAULTS } from '../log/cache-faults';

export type RedisFault = (typeof CACHE_FAULTS)[number];

/** Redis was not used, by a decision of this program. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';

  constructor(readonly fault: 'paused' | 'timeout' | 'connection') {
    super(`Redis is not available: ${fault}.`);
  }
}

/** First words of Redis's errors (Redis, "RESP protocol specification", simple errors; `server.c` lists its own). */
const REPLIES: Readonly<Record<string, RedisFault>> = {
  NOAUTH: 'authentication',
  WRONGPASS: 'authentication',
  OOM: 'out_of_memory',
  READONLY: 'read_only',
  NOREPLICAS: 'read_only',
  MISCONF: 'read_only',
  CLUSTERDOWN: 'cluster_down',
  MASTERDOWN: 'cluster_down',
  LOADING: 'loading',
  BUSY: 'loading',
};

/** Words of ioredis for a connection that is not there. They carry no code. */
const CONNECTION_MESSAGES = [
  'Connection is closed',
  "Stream isn't writeable",
  'None of startup nodes is available',
  'Failed to refresh slots cache',
  "Cluster isn't ready",
  'Cluster is ',
  'Too many Cluster redirections',
  'Socket timeout',
];

/** What an error of Redis, of its client or of the network means. Looks at the first word alone: the rest may repeat data. */
export function redisFaultOf(error: unknown): RedisFault {
  if (error instanceof RedisUnavailableError) return error.fault;
  if (!(error instanceof Error)) return 'other';
  if (error.name === 'ReplyError') return REPLIES[/^[A-Z]+/.exec(error.message)?.[0] ?? ''] ?? 'refused';
  if (error.message === 'Command timed out') return 'timeout';
  if (CONNECTION_MESSAGES.some((start) => error.message.startsWith(start))) return 'connection';
  // Node.js names every failure of a socket, of DNS and of TLS by a code.
  return 'code' in error && typeof error.code === 'string' ? 'connection' : 'other';
}
