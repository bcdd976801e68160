-- Up Migration

-- The orders in which the trail of accesses is read, backwards: of one patient, of one principal, of all. A time alone does not
-- tell two records apart, so the id stands behind it.
DROP INDEX access_audit_patient, access_audit_time;
CREATE INDEX access_audit_patient ON access_audit (patient_id, occurred_at, access_id);
CREATE INDEX access_audit_principal ON access_audit (principal, occurred_at, access_id);
CREATE INDEX access_audit_time ON access_audit (occurred_at, access_id);

-- The ids under which accesses to a patient's data are on record, for whoever reads the trail and may read no patient's data:
-- with the rights of the tables' owner.
CREATE FUNCTION audited_patient_ids(patient text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT public.patient_with_merged(patient)
$$;
REVOKE ALL ON FUNCTION audited_patient_ids(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audited_patient_ids(text) TO pipeline_auditor;

-- Down Migration

DROP FUNCTION audited_patient_ids(text);
DROP INDEX access_audit_time, access_audit_principal, access_audit_patient;
CREATE INDEX access_audit_patient ON access_audit (patient_id, occurred_at);
CREATE INDEX access_audit_time ON access_audit USING brin (occurred_at);
