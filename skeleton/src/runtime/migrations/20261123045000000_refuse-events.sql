-- Up Migration

-- Ends the statement that commits a batch when the workload's function refused events of it: nothing is stored then, and
-- the worker commits the batch again with those events in quarantine. Places count from 1. Says no value of any event, since
-- the server's log has it.
CREATE FUNCTION refuse_events(places integer[], reason_codes text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF cardinality(places) > 0 THEN
    RAISE EXCEPTION 'events are refused' USING ERRCODE = 'HR001', DETAIL =
      (SELECT json_agg(json_build_array(place, code)) FROM unnest(places, reason_codes) AS refusal (place, code));
  END IF;
END
$$;
REVOKE ALL ON FUNCTION refuse_events(integer[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refuse_events(integer[], text[]) TO pipeline_processor;

-- Down Migration

DROP FUNCTION refuse_events(integer[], text[]);
