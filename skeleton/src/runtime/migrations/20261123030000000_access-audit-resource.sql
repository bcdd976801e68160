-- Up Migration

-- Which resource was asked for, where one was asked for by its id.
ALTER TABLE access_audit ADD COLUMN resource_id text;

-- Down Migration

ALTER TABLE access_audit DROP COLUMN resource_id;
