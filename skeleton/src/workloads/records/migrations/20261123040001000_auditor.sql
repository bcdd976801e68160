-- Up Migration

-- Whoever may read who accessed what, and nothing else. Like the other roles, it cannot log in; see the migration that made
-- those. To read the trail is an access as well, so it is added to.
DO $$
BEGIN
  BEGIN
    CREATE ROLE pipeline_auditor NOLOGIN;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
  END;
  IF NOT pg_has_role(current_user, 'pipeline_auditor', 'SET') THEN
    GRANT pipeline_auditor TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
  END IF;
END
$$;
GRANT USAGE ON SCHEMA public TO pipeline_auditor;
GRANT SELECT, INSERT ON access_audit TO pipeline_auditor;

-- The id of the AuditEvent that a record is read as.
ALTER TABLE access_audit ADD COLUMN access_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX access_audit_id ON access_audit (access_id);

-- Down Migration

DROP INDEX access_audit_id;
ALTER TABLE access_audit DROP COLUMN access_id;
REVOKE ALL ON access_audit FROM pipeline_auditor;
REVOKE USAGE ON SCHEMA public FROM pipeline_auditor;
