-- Up Migration

-- The operator's program: what a person asks for by name, such as to replay the quarantine or to export a patient's data.
-- Like the other roles, it cannot log in; see the migration that made those.
DO $$
BEGIN
  BEGIN
    CREATE ROLE pipeline_operator NOLOGIN;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
  END;
  IF NOT pg_has_role(current_user, 'pipeline_operator', 'SET') THEN
    GRANT pipeline_operator TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
  END IF;
END
$$;
GRANT USAGE ON SCHEMA public TO pipeline_operator;

-- By what a person names a quarantined event: twelve digits of a hash of its position. Short enough to type, and so sparse
-- that a mistyped one finds nothing, where the neighbour of a serial number would be another patient's event.
ALTER TABLE quarantine ADD COLUMN quarantine_id text NOT NULL GENERATED ALWAYS AS (
  left(encode(sha256((stream_name || '/' || shard_id || '/' || sequence_number || '/' || event_index::text)::bytea), 'hex'), 12)
) STORED;
-- Not unique: two events of one id would be told as such, where a constraint would cost one of them its place.
CREATE INDEX quarantine_id ON quarantine (quarantine_id);
-- Counts by reason, and a replay of one reason in the order of positions.
CREATE INDEX quarantine_reason ON quarantine (reason_code, stream_name, shard_id, sequence_number, event_index);
CREATE INDEX quarantine_time ON quarantine (quarantined_at);

-- What was dropped from the quarantine, by whom and why: positions and reasons, but no longer what the events said.
CREATE TABLE quarantine_dropped (
  operation_id uuid NOT NULL,
  dropped_at timestamptz NOT NULL DEFAULT now(),
  principal text NOT NULL,
  because text NOT NULL,
  quarantine_id text NOT NULL,
  stream_name text NOT NULL,
  shard_id text NOT NULL,
  sequence_number text NOT NULL,
  event_index integer NOT NULL,
  reason_code text NOT NULL,
  payload_bytes integer NOT NULL,
  quarantined_at timestamptz NOT NULL,
  PRIMARY KEY (operation_id, stream_name, shard_id, sequence_number, event_index)
);
CREATE INDEX quarantine_dropped_time ON quarantine_dropped (dropped_at);

-- Reads, gives a new reason, takes a patient's lines out, puts the lines of a record that was refused whole, removes.
GRANT SELECT, INSERT, DELETE, UPDATE (reason_code, reason, payload) ON quarantine TO pipeline_operator;
-- Added to, never changed.
GRANT SELECT, INSERT ON quarantine_dropped TO pipeline_operator;
GRANT SELECT, INSERT ON access_audit TO pipeline_operator;

-- Down Migration

REVOKE ALL ON access_audit, quarantine FROM pipeline_operator;
DROP TABLE quarantine_dropped;
DROP INDEX quarantine_time, quarantine_reason, quarantine_id;
ALTER TABLE quarantine DROP COLUMN quarantine_id;
REVOKE USAGE ON SCHEMA public FROM pipeline_operator;
