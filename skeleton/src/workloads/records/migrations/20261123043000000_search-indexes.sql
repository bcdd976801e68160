-- Up Migration

-- What ends after a time, for searches of all patients' resources by nothing but that: the index by starts has nowhere to begin.
CREATE INDEX resource_date_end ON resource_date (resource_type, parameter, ends_at, resource_id);

-- Down Migration

DROP INDEX resource_date_end;
