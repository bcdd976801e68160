-- Up Migration

-- Has pgaudit, where the server brings it, write each read, change and removal of what patients' tables hold to the server's
-- log: who, when, which table and which kind of statement, never its text or its values. Answers what came of it:
--
--   active            the audit is on
--   unavailable       the server does not know pgaudit, as the one of the local stack
--   awaiting-restart  the server knows it, and loads it when it starts the next time
--   refused           this login may not switch it on, or may not keep statements' texts out of the log
--
-- Called by each process that migrates, since a server may have learned it meanwhile, and tables may have come. A table is
-- audited unless it is named here as one that holds nothing of patients. A batch that is stored counts as a read as well,
-- since it returns the ids of what is new: that is a line a batch.
CREATE FUNCTION ensure_database_audit() RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  patients_table name;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgaudit') THEN
    RETURN 'unavailable';
  END IF;
  -- Processes that start at once would stumble over each other's grants.
  PERFORM pg_advisory_xact_lock(hashtextextended('database audit', 0));
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pgaudit') THEN
      CREATE EXTENSION pgaudit SCHEMA public;
    END IF;
    -- Whose rights pgaudit takes for the list of what it writes down. The name is the only one that Aurora allows.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_pgaudit') THEN
      CREATE ROLE rds_pgaudit NOLOGIN;
    END IF;
    EXECUTE format('ALTER DATABASE %I SET pgaudit.log_statement = off', current_database());
    EXECUTE format('ALTER DATABASE %I SET pgaudit.log_parameter = off', current_database());
    FOR patients_table IN
      SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relname NOT IN ('migration', 'shard_lease', 'worker')
        AND NOT has_table_privilege('rds_pgaudit', oid, 'DELETE')
    LOOP
      EXECUTE format('GRANT SELECT, UPDATE, DELETE ON public.%I TO rds_pgaudit', patients_table);
    END LOOP;
    RETURN 'active';
  EXCEPTION
    -- What this block did is undone with it: no audit is better than one that writes patients' data into a log.
    WHEN object_not_in_prerequisite_state THEN
      RETURN 'awaiting-restart';
    WHEN insufficient_privilege OR undefined_object OR invalid_name THEN
      RETURN 'refused';
  END;
END
$$;

REVOKE ALL ON FUNCTION ensure_database_audit() FROM PUBLIC;

-- Down Migration

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_pgaudit') THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM rds_pgaudit;
  END IF;
END
$$;
DROP FUNCTION ensure_database_audit();
