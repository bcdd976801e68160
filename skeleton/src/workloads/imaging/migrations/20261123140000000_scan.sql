-- Up Migration

-- A role for what receives files from hospitals. Like the other roles, it cannot log in; see the migration that made those.
DO $$
BEGIN
  BEGIN
    CREATE ROLE pipeline_uploader NOLOGIN;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
  END;
  IF NOT pg_has_role(current_user, 'pipeline_uploader', 'SET') THEN
    GRANT pipeline_uploader TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
  END IF;
END
$$;
GRANT USAGE ON SCHEMA public TO pipeline_uploader;

-- Who sends files: the subject of a client certificate, and the number by which keys, events and logs name it.
CREATE TABLE hospital (
  hospital_id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  subject text NOT NULL UNIQUE,
  first_seen_at timestamptz NOT NULL DEFAULT now()
);

-- A file on its way in. `offset_bytes` counts what is stored for good, from the file's beginning.
CREATE TABLE upload (
  upload_id uuid PRIMARY KEY,
  hospital_id integer NOT NULL REFERENCES hospital,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  length_bytes bigint NOT NULL CHECK (length_bytes >= 0),
  offset_bytes bigint NOT NULL DEFAULT 0 CHECK (offset_bytes BETWEEN 0 AND length_bytes),
  expected_sha256 bytea CHECK (octet_length(expected_sha256) = 32),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'received', 'refused', 'abandoned')),
  reason_code text CHECK (reason_code ~ '^[a-z0-9_]{1,64}$'),
  finished_at timestamptz,
  CHECK ((state = 'open') = (finished_at IS NULL))
);
CREATE INDEX upload_expiry ON upload (expires_at) WHERE state = 'open';

-- A file that came whole: this row is the truth of what is still to be done with it, the queue is only how workers hear of
-- it soon. `attempts` counts how often a worker took it up; `open_attempts` those of which nothing was heard since, as of a
-- worker that was killed, after more than one of which it is not taken up again before `not_before`. `object_key` tells where the file is in S3 once it is no longer in the scans' folder, and
-- `removed_at` since when it is not. The UIDs are null after an erasure.
CREATE TABLE scan (
  scan_id uuid PRIMARY KEY,
  hospital_id integer NOT NULL REFERENCES hospital,
  source text NOT NULL CHECK (source IN ('tus', 'stow')),
  received_at timestamptz NOT NULL DEFAULT now(),
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  study_uid text,
  series_uid text,
  sop_instance_uid text,
  sop_class_uid text,
  transfer_syntax_uid text,
  state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'stored', 'failed', 'conflict')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  open_attempts integer NOT NULL DEFAULT 0 CHECK (open_attempts >= 0),
  not_before timestamptz,
  reason_code text CHECK (reason_code ~ '^[a-z0-9_]{1,64}$'),
  object_key text,
  settled_at timestamptz,
  removed_at timestamptz,
  CHECK ((state = 'received') = (settled_at IS NULL)),
  CHECK (removed_at IS NULL OR settled_at IS NOT NULL)
) WITH (fillfactor = 80);
CREATE INDEX scan_waiting ON scan (received_at) WHERE state = 'received';
CREATE INDEX scan_in_folder ON scan (settled_at) WHERE state <> 'received' AND removed_at IS NULL;
CREATE INDEX scan_attention ON scan (state, settled_at) WHERE state IN ('failed', 'conflict');
CREATE INDEX scan_instance ON scan (hospital_id, sop_instance_uid);

-- The steps of a scan's life, each written in the transaction that took it, and then told to the stream: an outbox. The
-- event's id is made of scan, step and attempt, so that a step that is taken twice is one event.
CREATE TABLE scan_event (
  event_id uuid PRIMARY KEY,
  scan_id uuid NOT NULL REFERENCES scan ON DELETE CASCADE,
  hospital_id integer NOT NULL REFERENCES hospital,
  step text NOT NULL CHECK (step IN ('received', 'queued', 'started', 'stored', 'failed', 'removed')),
  attempt integer NOT NULL CHECK (attempt >= 0),
  reason_code text CHECK (reason_code ~ '^[a-z0-9_]{1,64}$'),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  published_at timestamptz
);
CREATE INDEX scan_event_unpublished ON scan_event (at) WHERE published_at IS NULL;
CREATE INDEX scan_event_scan ON scan_event (scan_id, at);

-- What is known by the files' own words. A hospital's patients, studies and so on are its own: two hospitals may use the same
-- numbers for different people. A patient without an issuer or an id has '' there. `name_search` is the name in the form in
-- which it is searched for.
CREATE TABLE patient (
  hospital_id integer NOT NULL REFERENCES hospital,
  issuer text NOT NULL DEFAULT '',
  patient_id text NOT NULL DEFAULT '',
  name text,
  name_search text,
  birth_date text,
  sex text,
  PRIMARY KEY (hospital_id, issuer, patient_id)
);

CREATE TABLE study (
  hospital_id integer NOT NULL REFERENCES hospital,
  study_uid text NOT NULL,
  issuer text NOT NULL DEFAULT '',
  patient_id text NOT NULL DEFAULT '',
  study_date text CHECK (study_date ~ '^[0-9]{8}$'),
  study_time text,
  accession_number text,
  study_id text,
  description text,
  referring_physician text,
  first_stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (hospital_id, study_uid),
  FOREIGN KEY (hospital_id, issuer, patient_id) REFERENCES patient
);

CREATE TABLE series (
  hospital_id integer NOT NULL REFERENCES hospital,
  series_uid text NOT NULL,
  study_uid text NOT NULL,
  modality text,
  series_number integer,
  description text,
  body_part text,
  PRIMARY KEY (hospital_id, series_uid),
  FOREIGN KEY (hospital_id, study_uid) REFERENCES study
);

-- `metadata` is DICOM JSON (PS3.18, Annex F) without bulk data. `preview` and `deidentified` are 'stored', or the reason why
-- there is none. The objects' keys follow from hospital, `instance_id` and `sha256`.
CREATE TABLE instance (
  hospital_id integer NOT NULL REFERENCES hospital,
  sop_instance_uid text NOT NULL,
  series_uid text NOT NULL,
  study_uid text NOT NULL,
  instance_id uuid NOT NULL UNIQUE,
  scan_id uuid NOT NULL REFERENCES scan,
  sop_class_uid text NOT NULL,
  transfer_syntax_uid text NOT NULL,
  instance_number integer,
  rows integer,
  columns integer,
  frames integer,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  size_bytes bigint NOT NULL,
  metadata jsonb NOT NULL,
  preview text NOT NULL CHECK (preview ~ '^[a-z0-9_]{1,64}$'),
  deidentified text NOT NULL CHECK (deidentified ~ '^[a-z0-9_]{1,64}$'),
  burned_in text NOT NULL CHECK (burned_in IN ('no', 'yes', 'unknown')),
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (hospital_id, sop_instance_uid),
  FOREIGN KEY (hospital_id, series_uid) REFERENCES series,
  FOREIGN KEY (hospital_id, study_uid) REFERENCES study
);
CREATE INDEX instance_scan ON instance (scan_id);

-- Read several times faster than with pglz, where the server was built with it: Aurora is, those of a machine may not be.
DO $$
BEGIN
  ALTER TABLE instance ALTER COLUMN metadata SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END
$$;

-- A file that says it is an instance which is there already, with other bytes: kept for a person to decide.
CREATE TABLE instance_conflict (
  scan_id uuid PRIMARY KEY REFERENCES scan,
  hospital_id integer NOT NULL REFERENCES hospital,
  sop_instance_uid text NOT NULL,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  size_bytes bigint NOT NULL,
  object_key text NOT NULL,
  noticed_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolution text,
  CHECK ((resolved_at IS NULL) = (resolution IS NULL))
);
CREATE INDEX instance_conflict_instance ON instance_conflict (hospital_id, sop_instance_uid);
CREATE INDEX instance_conflict_open ON instance_conflict (noticed_at) WHERE resolved_at IS NULL;

-- Receives: neither reads what the files say nor settles anything.
GRANT SELECT, INSERT ON hospital TO pipeline_uploader;
GRANT SELECT, INSERT, UPDATE ON upload TO pipeline_uploader;
GRANT SELECT (scan_id, hospital_id, state, attempts), INSERT ON scan TO pipeline_uploader;
-- By the event's id, since an insert that yields to what is there has to see it.
GRANT SELECT (event_id), INSERT ON scan_event TO pipeline_uploader;

-- Works on scans and says what they hold; removes no row, and touches no instance that is stored.
GRANT SELECT ON upload TO pipeline_processor;
GRANT UPDATE (state, reason_code, finished_at) ON upload TO pipeline_processor;
GRANT SELECT ON scan TO pipeline_processor;
GRANT UPDATE (state, attempts, open_attempts, not_before, reason_code, object_key, settled_at, removed_at) ON scan TO pipeline_processor;
GRANT SELECT, INSERT, UPDATE (published_at) ON scan_event TO pipeline_processor;
GRANT SELECT, INSERT, UPDATE ON patient, study, series TO pipeline_processor;
GRANT SELECT, INSERT ON instance, instance_conflict TO pipeline_processor;

-- Lists, retries and drops scans, decides conflicts, exports and erases.
GRANT SELECT ON hospital, upload, scan, scan_event, patient, study, series, instance, instance_conflict TO pipeline_operator;
GRANT UPDATE ON scan, instance_conflict TO pipeline_operator;
GRANT INSERT ON scan_event TO pipeline_operator;
GRANT DELETE ON patient, study, series, instance, instance_conflict TO pipeline_operator;

-- Down Migration

DROP TABLE instance_conflict, instance, series, study, patient, scan_event, scan, upload, hospital;
REVOKE USAGE ON SCHEMA public FROM pipeline_uploader;
