import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Cluster, type Redis } from 'ioredis';
import type { PipelineOutputs } from '../../../support/outputs';

type LocalOutputs = Extract<PipelineOutputs, { readonly Target: 'local' }>;

/** The cache of a local stack, from within: to lose what it holds, and to let it hang. */
export class LocalCache {
  static async connect(outputs: LocalOutputs): Promise<LocalCache> {
    const { CacheEndpoint: endpoint = '', LocalCacheCaFile: caFile } = outputs;
    const [host = '', port] = endpoint.split(':');
    const cluster = new Cluster([{ host, port: Number(port) }], {
      dnsLookup: (name, callback) => callback(null, name),
      redisOptions: {
        password: await authToken(outputs),
        tls: caFile === undefined ? {} : { ca: readFileSync(caFile) },
      },
    });
    await once(cluster, 'ready');
    return new LocalCache(cluster);
  }

  private constructor(private readonly cluster: Cluster) {}

  /** Loses what it holds of the patients whose ids begin so, as if it had been flushed. @returns how many there were. */
  async lose(patientIdPrefix: string): Promise<number> {
    const lost = await Promise.all(this.nodes().map(async (node) => loseFrom(node, patientIdPrefix)));
    return lost.reduce((sum, count) => sum + count, 0);
  }

  /** Lets every node hang for some time: it takes commands and answers none (Redis, `CLIENT PAUSE`). */
  async hang(milliseconds: number): Promise<void> {
    await Promise.all(this.nodes().map(async (node) => node.client('PAUSE', milliseconds, 'ALL')));
  }

  close(): void {
    this.cluster.disconnect();
  }

  private nodes(): Redis[] {
    return this.cluster.nodes('master');
  }
}

async function loseFrom(node: Redis, patientIdPrefix: string): Promise<number> {
  let lost = 0;
  let cursor = '0';
  do {
    const [next, keys] = await node.scan(cursor, 'MATCH', `latest:{${patientIdPrefix}*`, 'COUNT', 1_000);
    for (const key of keys) lost += await node.del(key);
    cursor = next;
  } while (cursor !== '0');
  return lost;
}

async function authToken({ Region, LocalSecretsManagerEndpoint, LocalCacheSecretArn }: LocalOutputs): Promise<string> {
  const client = new SecretsManagerClient({
    region: Region,
    endpoint: LocalSecretsManagerEndpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: LocalCacheSecretArn }));
    if (SecretString === undefined) throw new Error('The local stack has no auth token for its cache.');
    return SecretString;
  } finally {
    client.destroy();
  }
}
