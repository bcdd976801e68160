-- Up Migration

-- Erases in the order of the primary key, up to the key that ends the step. A join with the chosen rows, as before, compared
-- each row of the patient with each chosen one when the statistics were older than the rows: one step took minutes then.
CREATE OR REPLACE FUNCTION erase_vital_signs(patient text, rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last_one record;
  erased integer;
BEGIN
  IF patient IS NULL OR patient = '' THEN
    RAISE EXCEPTION 'no patient is named' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  SELECT code, observed_at, event_id INTO last_one FROM (
    SELECT code, observed_at, event_id FROM public.vital_sign WHERE patient_id = patient
    ORDER BY code, observed_at, event_id LIMIT rows_max
  ) AS chosen
  ORDER BY code DESC, observed_at DESC, event_id DESC LIMIT 1;
  DELETE FROM public.vital_sign
  WHERE patient_id = patient
    AND (code, observed_at, event_id) <= (last_one.code, last_one.observed_at, last_one.event_id);
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END
$$;

-- Down Migration

CREATE OR REPLACE FUNCTION erase_vital_signs(patient text, rows_max integer) RETURNS integer
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
