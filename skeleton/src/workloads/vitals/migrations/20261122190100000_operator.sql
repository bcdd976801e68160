-- Up Migration

-- Removes vital signs of one patient, `rows_max` at the most; answers how many. Runs with the rights of the table's owner,
-- so that the operator's program can erase one patient's data and no statement of its own can remove anything else.
CREATE FUNCTION erase_vital_signs(patient text, rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  erased integer;
BEGIN
  IF patient IS NULL OR patient = '' THEN
    RAISE EXCEPTION 'no patient is named' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  WITH chosen AS (
    SELECT code, observed_at, event_id FROM public.vital_sign WHERE patient_id = patient LIMIT rows_max
  )
  DELETE FROM public.vital_sign AS stored USING chosen
  WHERE stored.patient_id = patient AND stored.code = chosen.code
    AND stored.observed_at = chosen.observed_at AND stored.event_id = chosen.event_id;
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END
$$;

REVOKE ALL ON FUNCTION erase_vital_signs(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_vital_signs(text, integer) TO pipeline_operator;
GRANT EXECUTE ON FUNCTION ensure_vital_sign_partition(date) TO pipeline_operator;
GRANT SELECT, INSERT ON vital_sign TO pipeline_operator;

-- Down Migration

REVOKE SELECT, INSERT ON vital_sign FROM pipeline_operator;
REVOKE EXECUTE ON FUNCTION ensure_vital_sign_partition(date) FROM pipeline_operator;
DROP FUNCTION erase_vital_signs(text, integer);
