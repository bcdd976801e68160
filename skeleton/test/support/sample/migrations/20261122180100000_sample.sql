-- Up Migration

-- What tests of the runtime store: one row a measurement, one event or several rows.
CREATE TABLE sample (
  patient_id text NOT NULL,
  code text NOT NULL,
  event_id uuid NOT NULL,
  source text NOT NULL,
  value double precision NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, code)
);
GRANT INSERT, SELECT (event_id) ON sample TO pipeline_processor;
GRANT SELECT ON sample TO pipeline_api;

-- Down Migration

DROP TABLE sample;
