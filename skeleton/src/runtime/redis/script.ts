import { createHash } from 'node:crypto';
import type { Cluster } from 'ioredis';

/** A Lua script that works on one key: one step for Redis, whoever else writes that key. */
export class RedisScript {
  private readonly digest: string;

  constructor(private readonly text: string) {
    this.digest = createHash('sha1').update(text).digest('hex');
  }

  /** Runs it. Its text is sent only to a server that does not know it yet, or no longer. */
  async run(cluster: Cluster, key: string, parameters: ReadonlyArray<string | number>): Promise<unknown> {
    try {
      return await cluster.evalsha(this.digest, 1, key, ...parameters);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return cluster.eval(this.text, 1, key, ...parameters);
    }
  }
}
