-- Up Migration

-- What searches find by, each behind the hospital, since a search is of one hospital's rows, or of several hospitals' one after
-- the other. The operator class has patterns that begin with letters use the index, whatever the database's collation.
CREATE INDEX study_by_date ON study (hospital_id, study_date DESC NULLS LAST, study_uid);
CREATE INDEX study_by_patient ON study (hospital_id, issuer, patient_id);
CREATE INDEX study_by_accession_number ON study (hospital_id, accession_number text_pattern_ops);
CREATE INDEX study_by_study_id ON study (hospital_id, study_id text_pattern_ops);
CREATE INDEX patient_by_id ON patient (hospital_id, patient_id text_pattern_ops);
CREATE INDEX patient_by_name ON patient (hospital_id, name_search text_pattern_ops);
-- In the order of answers.
CREATE INDEX series_of_study ON series (hospital_id, study_uid, series_number, series_uid);
CREATE INDEX series_by_modality ON series (hospital_id, modality, study_uid);
CREATE INDEX instance_of_series ON instance (hospital_id, study_uid, series_uid, instance_number, sop_instance_uid);
CREATE INDEX instance_by_sop_class ON instance (hospital_id, sop_class_uid);
-- In the order in which a whole study is read.
CREATE INDEX instance_of_study ON instance (hospital_id, study_uid, series_uid, sop_instance_uid);

-- Answers searches: what is received, what failed and what conflicts is no business of theirs.
GRANT SELECT ON hospital, patient, study, series, instance TO pipeline_api;

-- Down Migration

REVOKE SELECT ON hospital, patient, study, series, instance FROM pipeline_api;
DROP INDEX instance_of_study, instance_by_sop_class, instance_of_series, series_by_modality, series_of_study, patient_by_name,
  patient_by_id, study_by_study_id, study_by_accession_number, study_by_patient, study_by_date;
