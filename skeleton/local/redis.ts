import { LocalStackError } from './errors';
import { type RedisCluster, startRedisCluster } from './redis-cluster';
import type { RedisAddress } from './redis-servers';

/** A Redis cluster to use. */
export interface LocalRedis {
  readonly address: RedisAddress;
  /** Present where it was started here, and not where `REDIS_URL` leads to. */
  readonly started: RedisCluster | undefined;
  /** Stops it if it was started here. */
  stop(): Promise<void>;
}

const LEGAL_URL = 'rediss://:password@host:port of a cluster that speaks TLS, such as rediss://:secret@127.0.0.1:7000';

/**
 * The cluster that `REDIS_URL` names, with the authority in `REDIS_CA_FILE` where it has one of its own; else one that is
 * started here.
 *
 * @throws LocalStackError when the URL is wrong, when there is no Redis on this machine, or when it does not come up.
 */
export async function openLocalRedis(variables: NodeJS.ProcessEnv = process.env): Promise<LocalRedis> {
  const { REDIS_URL: url, REDIS_CA_FILE: caFile } = variables;
  if (url !== undefined && url !== '') {
    return { address: { ...parseRedisUrl(url), caFile }, started: undefined, stop: async () => undefined };
  }
  const started = await startRedisCluster();
  const { host, port, password } = started;
  return { address: { host, port, password, caFile: started.caFile }, started, stop: async () => started.stop() };
}

function parseRedisUrl(text: string): Omit<RedisAddress, 'caFile'> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'rediss:' || url.hostname === '' || url.port === '' || url.password === '') {
    // Not repeated: it has a password in it.
    throw new LocalStackError(`REDIS_URL is wrong: expected ${LEGAL_URL}`);
  }
  return { host: url.hostname, port: Number(url.port), password: decodeURIComponent(url.password) };
}
