import { KinesisClient } from '@aws-sdk/client-kinesis';
import { BatchCommitter } from './batch-committer';
import { LeaseCoordinator } from './lease-coordinator';
import { LeaseStore } from './lease-store';
import { ShardDiscovery } from './shard-discovery';
import { listShards } from './shard-lister';
import { ShardReader } from './shard-reader';
import { ShardWorker } from './shard-worker';
import { Workload } from './workload';
import { Log } from '../log/log';
import { Metrics } from '../metrics/metrics';
import { DatabasePool } from '../postgres/pool';

export interface ConsumerOptions<Event> {
  readonly client: KinesisClient;
  readonly streamName: string;
  /** Unlike every other worker's, living or dead. */
  readonly workerId: string;
  readonly pool: DatabasePool;
  readonly workload: Workload<Event>;
  readonly pollIntervalMs: number;
  readonly batchEventsMax: number;
  readonly leaseSeconds: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Puts a stream's consumer together: leases, readers and the committer of one workload. */
export function createConsumer<Event>(options: ConsumerOptions<Event>): LeaseCoordinator {
  const { client, streamName, workerId, pool, workload, leaseSeconds, log, metrics } = options;
  const store = new LeaseStore({ pool, streamName, workerId, leaseSeconds });
  const committer = new BatchCommitter({ pool, workload, leaseSeconds, log, metrics });
  return new LeaseCoordinator({
    store,
    discovery: new ShardDiscovery({
      streamName,
      store,
      listShards: async () => listShards(client, streamName),
      log,
    }),
    leaseSeconds,
    startWork: (lease) =>
      new ShardWorker({
        lease,
        reader: new ShardReader({
          client,
          streamName,
          shardId: lease.shardId,
          after: lease.checkpoint,
          pollIntervalMs: options.pollIntervalMs,
          log,
        }),
        workload,
        committer,
        store,
        batchEventsMax: options.batchEventsMax,
        metrics,
      }),
    log,
    metrics,
  });
}
