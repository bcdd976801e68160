-- Up Migration

-- Every version of every resource that was ever stored, in the order in which they arrived: `version_id` counts from 1.
-- `content` is the resource as it came, with the digits of its decimals; null for a version that says the resource was
-- removed. `source_version` and `source_updated_at` are the source's own words, by which versions are ordered; a version
-- that we made, by a merge or a removal, has those of the version it was made of, or the time of what made it.
-- `last_updated` is the database's clock, in whole milliseconds, and rises with each version of a resource.
CREATE TABLE resource_version (
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  version_id bigint NOT NULL,
  last_updated timestamptz NOT NULL,
  deleted boolean NOT NULL,
  content text,
  source_version text,
  source_updated_at timestamptz,
  event_id uuid NOT NULL,
  PRIMARY KEY (resource_type, resource_id, version_id),
  CHECK (deleted = (content IS NULL))
);

-- Read several times faster than with pglz, where the server was built with it: RDS is, those of a machine may not be.
DO $$
BEGIN
  ALTER TABLE resource_version ALTER COLUMN content SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END
$$;

-- Which version of a resource is current: not always the last one that arrived. Nobody but a store in progress sees a row
-- with `version_id` 0.
CREATE TABLE resource (
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  version_id bigint NOT NULL,
  last_updated timestamptz NOT NULL,
  deleted boolean NOT NULL,
  PRIMARY KEY (resource_type, resource_id)
) WITH (fillfactor = 80);
CREATE INDEX resource_time ON resource (resource_type, last_updated, resource_id);

-- What is searched by, of current versions only. The primary keys find a resource's rows when its version is replaced.
-- A token without a system has the system ''.
CREATE TABLE resource_token (
  resource_type text NOT NULL,
  parameter text NOT NULL,
  system text NOT NULL,
  code text NOT NULL,
  resource_id text NOT NULL,
  PRIMARY KEY (resource_type, resource_id, parameter, code, system)
);
CREATE INDEX resource_token_code ON resource_token (resource_type, parameter, code, system, resource_id);

-- Times are half-open: `ends_at` is the first that is not in it.
CREATE TABLE resource_date (
  resource_type text NOT NULL,
  parameter text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  resource_id text NOT NULL,
  PRIMARY KEY (resource_type, resource_id, parameter, starts_at, ends_at)
);
CREATE INDEX resource_date_time ON resource_date (resource_type, parameter, starts_at, ends_at, resource_id);

-- References of the form Type/id. One that several parameters search by has a row for each; one that none searches by has a
-- row whose `parameter` is null.
CREATE TABLE resource_reference (
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  path text NOT NULL,
  parameter text,
  target_type text NOT NULL,
  target_id text NOT NULL
);
CREATE INDEX resource_reference_source ON resource_reference (resource_type, resource_id);
CREATE INDEX resource_reference_target ON resource_reference (target_type, target_id, resource_type, parameter, resource_id);

-- Patients who were found to be one person. What names the merged one is not rewritten: whoever asks for the surviving one's
-- data asks for `patient_with_merged`.
CREATE TABLE patient_merge (
  merged_id text PRIMARY KEY,
  surviving_id text NOT NULL,
  merged_at timestamptz NOT NULL,
  event_id uuid NOT NULL
);
CREATE INDEX patient_merge_surviving ON patient_merge (surviving_id);

-- Resources of which any version, however old, was about a patient: what an export shows and an erasure removes.
CREATE TABLE patient_resource (
  patient_id text NOT NULL,
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  PRIMARY KEY (patient_id, resource_type, resource_id)
);
CREATE INDEX patient_resource_resource ON patient_resource (resource_type, resource_id);

-- The patient's own id and those of all who were merged into the patient, at however many removes.
CREATE FUNCTION patient_with_merged(patient text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE same_person (patient_id) AS (
    SELECT patient
    UNION
    SELECT merged_id FROM public.patient_merge JOIN same_person ON surviving_id = patient_id
  )
  SELECT patient_id FROM same_person
$$;
REVOKE ALL ON FUNCTION patient_with_merged(text) FROM PUBLIC;

GRANT SELECT ON resource_version, resource, resource_token, resource_date, resource_reference, patient_merge
  TO pipeline_api;
GRANT EXECUTE ON FUNCTION patient_with_merged(text) TO pipeline_api, pipeline_operator;
GRANT SELECT ON resource_version, resource, resource_token, resource_date, resource_reference, patient_merge,
  patient_resource TO pipeline_operator;

-- Down Migration

DROP FUNCTION patient_with_merged(text);
DROP TABLE patient_resource, patient_merge, resource_reference, resource_date, resource_token, resource, resource_version;
