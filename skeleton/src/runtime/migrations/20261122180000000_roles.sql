-- Up Migration

-- What the processes may do is granted to two roles that cannot log in. A connection logs in with the tenant's secret
-- and sets its role, so that a query that goes wrong has the rights of its process and not of the database's owner.
-- Roles belong to the server, not to the database: another database of the same server may have made them already.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['pipeline_processor', 'pipeline_api'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    -- Since PostgreSQL 16, the creator of a role may administer it but not set it, until granted so.
    IF NOT pg_has_role(current_user, role_name, 'SET') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', role_name);
    END IF;
  END LOOP;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO pipeline_processor, pipeline_api;

-- Down Migration

REVOKE USAGE ON SCHEMA public FROM pipeline_processor, pipeline_api;
