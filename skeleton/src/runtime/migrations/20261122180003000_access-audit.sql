-- Up Migration

-- Who read which patient's data, when, by which query, and what came of it: 45 CFR 164.312(b), audit controls.
CREATE TABLE access_audit (
  occurred_at timestamptz NOT NULL DEFAULT now(),
  request_id text NOT NULL,
  principal text NOT NULL,
  action text NOT NULL,
  resource_type text NOT NULL,
  patient_id text,
  query text NOT NULL,
  outcome text NOT NULL,
  status integer NOT NULL,
  returned integer NOT NULL
);
CREATE INDEX access_audit_patient ON access_audit (patient_id, occurred_at);
CREATE INDEX access_audit_time ON access_audit USING brin (occurred_at);

-- Written, never read nor changed, by the API.
GRANT INSERT ON access_audit TO pipeline_api;

-- Down Migration

DROP TABLE access_audit;
