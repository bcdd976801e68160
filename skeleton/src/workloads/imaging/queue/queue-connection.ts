import { Redis, type RedisOptions } from 'ioredis';
import { readAuthorities } from '../../../runtime/authorities';
import type { Log } from '../../../runtime/log/log';
import type { AuthTokenSecret } from '../../../runtime/redis/auth-token';
import { TokenRenewal } from '../../../runtime/redis/token-renewal';
import type { QueueSettings } from '../environment';

export interface QueueConnectionOptions {
  readonly queue: QueueSettings;
  readonly secret: AuthTokenSecret;
  readonly log: Log;
}

export const CONNECT_TIMEOUT_MS = 3_000;
const RECONNECT_MS = { first: 100, most: 2_000 };

/** Has a connection, and those that BullMQ makes of it for its blocking calls, learn of a new token. */
function keepToken(redis: Redis, renewal: TokenRenewal): Redis {
  redis.on('error', (error) => {
    void renewal.hear(error, redis.options.password).then((token) => {
      // The client takes it from here when it connects again, which it does without end.
      if (token !== undefined) redis.options.password = token;
    });
  });
  const duplicate = redis.duplicate.bind(redis);
  Object.assign(redis, { duplicate: (override?: Partial<RedisOptions>) => keepToken(duplicate(override), renewal) });
  return redis;
}

/**
 * Opens a connection to the queue's Redis: TLS 1.2 or higher, always verified; kept up from then on, with a token that is read
 * again when the server refuses the one it was given.
 *
 * @param kind `worker` waits for a Redis that is away; `sender` is told so at once.
 * @throws the SDK's error, or AuthTokenError without a token.
 */
export async function openQueueConnection(
  kind: 'worker' | 'sender',
  { queue, secret, log }: QueueConnectionOptions,
): Promise<Redis> {
  const renewal = new TokenRenewal(secret, log);
  const settings: RedisOptions = {
    host: queue.host,
    port: queue.port,
    password: await renewal.first(),
    tls: {
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(queue.caFile !== undefined && { ca: readAuthorities(queue.caFile, 'QUEUE_CA_FILE') }),
    },
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(RECONNECT_MS.first * 2 ** Math.min(times, 10), RECONNECT_MS.most),
    // After a failover the old primary may still answer, and refuses to be written to: come back through the endpoint's name.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
    maxRetriesPerRequest: null,
    ...(kind === 'sender' && {
      enableOfflineQueue: false,
      commandTimeout: CONNECT_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
    }),
  };
  return keepToken(new Redis(settings), renewal);
}
