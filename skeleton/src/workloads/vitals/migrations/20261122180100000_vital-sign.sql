-- Up Migration

-- One row a measurement. The one index serves the query by patient, code and time, and finds events sent twice.
CREATE TABLE vital_sign (
  patient_id text NOT NULL,
  code text NOT NULL,
  observed_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  device_id text NOT NULL,
  value double precision NOT NULL,
  unit text NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (patient_id, code, observed_at, event_id)
) PARTITION BY RANGE (observed_at);

-- Makes the partition of one day (UTC). True when it was not there before. Runs with the rights of the table's owner, so
-- that the processor need not own the table; it accepts no day that no event can have.
-- The partition is made beside the table and then attached: that lets inserts go on, where PARTITION OF would stop them.
CREATE FUNCTION ensure_vital_sign_partition(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  partition_name text := 'vital_sign_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF day NOT BETWEEN today - 3660 AND today + 60 THEN
    RAISE EXCEPTION 'a day outside of every retention' USING ERRCODE = 'datetime_field_overflow';
  END IF;
  IF to_regclass('public.' || partition_name) IS NOT NULL THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('vital_sign partitions', 0));
  -- Asked of the table itself: to_regclass answers from a cache, which waiting for an advisory lock does not refresh.
  IF EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = partition_name) THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE public.%I (LIKE public.vital_sign INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)',
    partition_name);
  EXECUTE format('ALTER TABLE public.vital_sign ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    partition_name, to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
  RETURN true;
END
$$;

-- Drops the partitions of all days before the one given; answers how many. Waits two seconds at most for readers: whoever
-- calls it comes again later. Refuses to drop yesterday and what is newer, whatever it is told.
CREATE FUNCTION drop_vital_sign_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  partition_name text;
  dropped integer := 0;
BEGIN
  IF before > (now() AT TIME ZONE 'UTC')::date - 1 THEN
    RAISE EXCEPTION 'a day too recent to drop' USING ERRCODE = 'datetime_field_overflow';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('vital_sign partitions', 0));
  FOR partition_name IN
    SELECT child.relname
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = 'public.vital_sign'::regclass AND child.relname < 'vital_sign_' || to_char(before, 'YYYYMMDD')
    ORDER BY child.relname
  LOOP
    EXECUTE format('DROP TABLE public.%I', partition_name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION ensure_vital_sign_partition(date), drop_vital_sign_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_vital_sign_partition(date), drop_vital_sign_partitions(date) TO pipeline_processor;

-- The processor sees no more of a stored event than the id by which it counts what it stored.
GRANT INSERT, SELECT (event_id) ON vital_sign TO pipeline_processor;
GRANT SELECT ON vital_sign TO pipeline_api;

-- Down Migration

DROP FUNCTION drop_vital_sign_partitions(date);
DROP FUNCTION ensure_vital_sign_partition(date);
DROP TABLE vital_sign;
