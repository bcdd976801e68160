-- Up Migration

-- One row a shard: who reads it, and how far its records are stored. `epoch` rises with each change of owner, so that a
-- former owner's writes are told from the present one's. `checkpoint` is the sequence number of the last record whose
-- events are stored; null means none. `expires_at` is judged by the database's clock alone.
CREATE TABLE shard_lease (
  stream_name text NOT NULL,
  shard_id text NOT NULL,
  owner text,
  epoch bigint NOT NULL DEFAULT 0,
  checkpoint text,
  expires_at timestamptz,
  parent_shard_ids text[] NOT NULL DEFAULT '{}',
  ended boolean NOT NULL DEFAULT false,
  PRIMARY KEY (stream_name, shard_id)
) WITH (
  -- A few rows, updated several times a second: room for updates in place, and vacuum before dead rows pile up.
  fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0
);

-- Processes that read a stream, as last seen. Each takes its fair share of the shards.
CREATE TABLE worker (
  stream_name text NOT NULL,
  worker_id text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (stream_name, worker_id)
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

GRANT SELECT, INSERT, UPDATE ON shard_lease TO pipeline_processor;
GRANT SELECT, INSERT, UPDATE, DELETE ON worker TO pipeline_processor;

-- Down Migration

DROP TABLE worker;
DROP TABLE shard_lease;
