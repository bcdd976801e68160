import type { Cluster } from 'ioredis';
import type { AuthTokenSecret } from './auth-token';
import { type Admission, Circuit, type CircuitOptions } from './circuit';
import { ClusterLink } from './cluster-link';
import { redisFaultOf, RedisUnavailableError } from './errors';
import type { CacheSettings } from '../environment';
import type { Log } from '../log/log';
import type { Metrics } from '../metrics/metrics';

export interface RedisClientOptions {
  readonly cache: Pick<CacheSettings, 'host' | 'port' | 'caFile'>;
  readonly secret: AuthTokenSecret;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How long anybody waits for an answer. Default 200. */
  readonly timeoutMs?: number;
  /** The same for those who come first, and wait for the connection as well. Default 1 000. */
  readonly firstTimeoutMs?: number;
  readonly circuit?: CircuitOptions;
}

/** What is refused is refused again and again; one line in this time tells as much as all. */
const REFUSAL_LOG_MS = 10_000;

/**
 * A Redis that may be lost at any moment, for callers that can do without it: what they ask is done soon or not at all, and
 * while Redis is away they are told so at once. Nothing connects before the first call.
 */
export class RedisClient {
  private readonly link: ClusterLink;
  private readonly circuit: Circuit;
  private readonly timeoutMs: number;
  private isFirst = true;
  private refusalLoggedAtMs = -Infinity;

  constructor(private readonly options: RedisClientOptions) {
    const { cache, secret, log } = options;
    this.timeoutMs = options.timeoutMs ?? 200;
    this.link = new ClusterLink({ cache, secret, log, commandTimeoutMs: this.timeoutMs });
    this.circuit = new Circuit(options.circuit);
  }

  /**
   * Does some work with Redis, within the time. What was sent by then may still be done later, when Redis hangs and comes
   * back: give it only such work.
   *
   * @throws what went wrong: `redisFaultOf` tells what it means. It is logged, and counted as `CacheErrorCount`, already.
   */
  async run<Result>(work: (cluster: Cluster) => Promise<Result>): Promise<Result> {
    const { metrics } = this.options;
    const admission = this.circuit.enter();
    if (admission === undefined) {
      metrics.add('CacheErrorCount', 1);
      throw new RedisUnavailableError('paused');
    }
    try {
      const result = await this.inTime(work);
      this.noteAnswer(admission);
      // A zero as well: CloudWatch must be able to tell no errors from no use.
      metrics.add('CacheErrorCount', 0);
      return result;
    } catch (error) {
      this.note(error, admission);
      metrics.add('CacheErrorCount', 1);
      throw error;
    }
  }

  /** Closes the connections, in half a second at the most. */
  async close(): Promise<void> {
    await this.link.close();
  }

  private noteAnswer(admission: Admission): void {
    const durationMs = this.circuit.succeeded(admission);
    if (durationMs !== undefined) this.options.log.event('cache.available', { durationMs: Math.round(durationMs) });
  }

  private note(error: unknown, admission: Admission): void {
    const { log } = this.options;
    const cacheFault = redisFaultOf(error);
    if (cacheFault !== 'refused') {
      const pause = this.circuit.failed(admission);
      if (pause !== undefined) log.event('cache.unavailable', { cacheFault, ...pause, error });
      return;
    }
    // The server is well: one key that holds what it should not must not take the cache from everybody.
    this.noteAnswer(admission);
    if (performance.now() - this.refusalLoggedAtMs < REFUSAL_LOG_MS) return;
    this.refusalLoggedAtMs = performance.now();
    log.event('cache.refused', { error });
  }

  private async inTime<Result>(work: (cluster: Cluster) => Promise<Result>): Promise<Result> {
    const timeoutMs = this.isFirst ? (this.options.firstTimeoutMs ?? 1_000) : this.timeoutMs;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isOver = true;
        reject(new RedisUnavailableError('timeout'));
      }, timeoutMs);
    });
    const working = this.link.ready().then(async (cluster) => {
      if (isOver) throw new RedisUnavailableError('timeout');
      return work(cluster);
    });
    // Nobody listens any more when it fails after the time.
    working.catch(() => undefined);
    try {
      return await Promise.race([working, tooLate]);
    } finally {
      this.isFirst = false;
      clearTimeout(timer);
    }
  }
}
