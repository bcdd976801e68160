-- Up Migration

-- What could not be stored, with its place in the stream and the reason, byte for byte as it came. `event_index` counts
-- the lines of the record from 0; -1 stands for the record as a whole. `reason` never repeats what the event says.
CREATE TABLE quarantine (
  stream_name text NOT NULL,
  shard_id text NOT NULL,
  sequence_number text NOT NULL,
  event_index integer NOT NULL,
  reason_code text NOT NULL,
  reason text NOT NULL,
  payload bytea NOT NULL,
  quarantined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream_name, shard_id, sequence_number, event_index)
);

-- Whoever fills the quarantine need not be able to read it.
GRANT INSERT ON quarantine TO pipeline_processor;

-- Down Migration

DROP TABLE quarantine;
