-- Up Migration

-- Removes quarantined events that are older than the days given, `rows_max` at the most; answers how many. Runs with the
-- rights of the tables' owner, so that the processor, which fills the quarantine, need not be able to read it.
-- Rows that an operator is working on are left for the next time.
CREATE FUNCTION expire_quarantine(days integer, rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  expired integer;
BEGIN
  IF days < 1 THEN
    RAISE EXCEPTION 'a retention of less than a day' USING ERRCODE = 'datetime_field_overflow';
  END IF;
  DELETE FROM public.quarantine WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM public.quarantine WHERE quarantined_at < now() - make_interval(days => days)
    ORDER BY quarantined_at LIMIT rows_max FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS expired = ROW_COUNT;
  RETURN expired;
END
$$;

-- Removes records of accesses, and of what was dropped, that are older than the days given, `rows_max` of each at the most;
-- answers how many. Refuses to remove what is younger than six years, whatever it is told: 45 CFR 164.316(b)(2)(i).
CREATE FUNCTION expire_access_audit(days integer, rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  accesses integer;
  drops integer;
BEGIN
  IF days < 2192 THEN
    RAISE EXCEPTION 'a retention of less than six years' USING ERRCODE = 'datetime_field_overflow';
  END IF;
  DELETE FROM public.access_audit WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM public.access_audit WHERE occurred_at < now() - make_interval(days => days)
    LIMIT rows_max FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS accesses = ROW_COUNT;
  DELETE FROM public.quarantine_dropped WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM public.quarantine_dropped WHERE dropped_at < now() - make_interval(days => days)
    LIMIT rows_max FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS drops = ROW_COUNT;
  RETURN accesses + drops;
END
$$;

REVOKE ALL ON FUNCTION expire_quarantine(integer, integer), expire_access_audit(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION expire_quarantine(integer, integer), expire_access_audit(integer, integer) TO pipeline_processor;

-- Down Migration

DROP FUNCTION expire_access_audit(integer, integer);
DROP FUNCTION expire_quarantine(integer, integer);
