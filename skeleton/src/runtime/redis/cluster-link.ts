import { EventEmitter, once } from 'node:events';
import { Cluster } from 'ioredis';
import type { AuthTokenSecret } from './auth-token';
import { RedisUnavailableError } from './errors';
import { TokenRenewal } from './token-renewal';
import { readAuthorities } from '../authorities';
import type { CacheSettings } from '../environment';
import type { Log } from '../log/log';

export interface ClusterLinkOptions {
  readonly cache: Pick<CacheSettings, 'host' | 'port' | 'caFile'>;
  readonly secret: AuthTokenSecret;
  readonly log: Log;
  /** How long a command may take. */
  readonly commandTimeoutMs: number;
}

/** A connection with commands under way that hears nothing for so long leads nowhere. */
const SOCKET_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MS = { first: 100, most: 2_000 };
/** Where slots have moved to is told by the nodes at once; this finds what nobody tells, such as a token that was rotated. */
const SLOTS_REFRESH_MS = 15_000;
const QUIT_PATIENCE_MS = 500;

/**
 * The connections to a Redis cluster: opened when they are first needed, kept up from then on, opened anew with a token read
 * again when the cluster refuses the one it was given. TLS 1.2 or higher, always verified.
 */
export class ClusterLink {
  private link: Promise<Cluster> | undefined;
  private readonly renewal: TokenRenewal;
  private token = '';
  private isClosed = false;
  /** Of whichever cluster object comes first: the one before may have been given the wrong token. */
  private readonly firstReady = new EventEmitter();
  private readonly wasReady = once(this.firstReady, 'ready');

  constructor(private readonly options: ClusterLinkOptions) {
    this.renewal = new TokenRenewal(options.secret, options.log);
  }

  /**
   * The cluster, ready for commands. Waits for the first connection however long it takes, and for no later one: whoever
   * cannot wait puts a limit to it, and the connection is made nevertheless.
   *
   * @throws RedisUnavailableError where the connection is lost; the SDK's error or AuthTokenError without a token.
   */
  async ready(): Promise<Cluster> {
    if (this.isClosed) throw new RedisUnavailableError('connection');
    this.link ??= this.open();
    try {
      await this.link;
    } catch (error) {
      this.link = undefined;
      throw error;
    }
    await this.wasReady;
    const cluster = await this.link;
    if (cluster?.status !== 'ready') throw new RedisUnavailableError('connection');
    return cluster;
  }

  /** Closes the connections, once the commands under way are answered or half a second has gone. */
  async close(): Promise<void> {
    this.isClosed = true;
    const cluster = await this.link?.catch(() => undefined);
    if (cluster === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, QUIT_PATIENCE_MS);
    });
    if (cluster.status === 'ready') await Promise.race([cluster.quit().catch(() => undefined), patience]);
    clearTimeout(timer);
    cluster.disconnect();
  }

  private async open(): Promise<Cluster> {
    this.token = await this.renewal.first();
    return this.connect();
  }

  private connect(): Cluster {
    const { cache, commandTimeoutMs } = this.options;
    const cluster = new Cluster([{ host: cache.host, port: cache.port }], {
      // Names are left to TLS, which has to verify them; the resolver is asked by the socket.
      dnsLookup: (address, callback) => callback(null, address),
      redisOptions: {
        password: this.token,
        tls: {
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
          ...(cache.caFile !== undefined && { ca: readAuthorities(cache.caFile, 'CACHE_CA_FILE') }),
        },
        commandTimeout: commandTimeoutMs,
        connectTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: SOCKET_TIMEOUT_MS,
        maxRetriesPerRequest: 1,
      },
      clusterRetryStrategy: (times) => Math.min(RECONNECT_MS.first * 2 ** Math.min(times, 10), RECONNECT_MS.most),
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
      // By a timer of our own: that of ioredis 6.0.0 goes on for ever when it is closed in the middle of a refresh.
      slotsRefreshInterval: 0,
      maxRedirections: 4,
      retryDelayOnFailover: commandTimeoutMs / 4,
      retryDelayOnClusterDown: commandTimeoutMs / 4,
    });
    const refresh = setInterval(() => cluster.refreshSlotsCache(), SLOTS_REFRESH_MS);
    refresh.unref();
    cluster.once('end', () => clearInterval(refresh));
    cluster.on('ready', () => this.firstReady.emit('ready'));
    // Whoever runs a command hears of failures; without a listener they would end the process as well.
    cluster.on('error', (error) => void this.hear(error));
    cluster.on('node error', (error) => void this.hear(error));
    return cluster;
  }

  private async hear(error: unknown): Promise<void> {
    if (this.isClosed) return;
    const token = await this.renewal.hear(error, this.token);
    const refused = await this.link?.catch(() => undefined);
    if (token === undefined || token === this.token || refused === undefined || this.isClosed) return;
    this.token = token;
    this.link = Promise.resolve(this.connect());
    refused.disconnect();
  }
}
