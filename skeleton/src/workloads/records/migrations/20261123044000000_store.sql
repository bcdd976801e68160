-- Up Migration

-- Finds a version by what its source called it.
CREATE INDEX resource_version_source
  ON resource_version (resource_type, resource_id, source_version, source_updated_at);

-- A version as a number, for those sources that count; null for the others.
CREATE FUNCTION version_number(source_version text) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN source_version ~ '^[0-9]{1,18}$' THEN source_version::bigint END;

-- Locks resources until the transaction ends, in one order for all, so that no two processors wait for each other. Those
-- that are not known yet get a row with `version_id` 0, which `store_records` removes if it stays so.
CREATE FUNCTION lock_resources(types text[], ids text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted integer := (SELECT count(*) FROM (SELECT DISTINCT * FROM unnest(types, ids)) AS item);
  locked integer;
BEGIN
  LOOP
    INSERT INTO public.resource (resource_type, resource_id, version_id, last_updated, deleted)
    SELECT DISTINCT type, id, 0, '-infinity'::timestamptz, false FROM unnest(types, ids) AS item (type, id)
    ORDER BY type, id
    ON CONFLICT DO NOTHING;
    PERFORM FROM public.resource
    WHERE (resource_type, resource_id) IN (SELECT type, id FROM unnest(types, ids) AS item (type, id))
    ORDER BY resource_type, resource_id
    FOR UPDATE;
    GET DIAGNOSTICS locked = ROW_COUNT;
    -- An erasure may have taken a row away in between.
    EXIT WHEN locked = wanted;
  END LOOP;
END
$$;

-- What a resource that came is to the versions that are stored: `current`, `history` (an older one that came late),
-- `repeated`, or `version_conflict`. Both have a version that is a number: the higher is newer. Otherwise both have a time:
-- the later is newer, and of equal ones the one that comes last. Otherwise the one that comes last is newer.
CREATE FUNCTION write_verdict(type text, id text, given text, version text, updated_at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stored record;
  same record;
BEGIN
  SELECT content, source_version, source_updated_at INTO stored
  FROM public.resource JOIN public.resource_version USING (resource_type, resource_id, version_id)
  WHERE resource_type = type AND resource_id = id;
  IF NOT FOUND THEN
    RETURN 'current';
  END IF;
  IF version IS NOT NULL THEN
    SELECT count(*) > 0 AS known, coalesce(bool_or(content = given), false) AS repeated INTO same
    FROM public.resource_version
    WHERE resource_type = type AND resource_id = id AND source_version = version;
  ELSIF updated_at IS NOT NULL THEN
    SELECT false AS known, coalesce(bool_or(content = given), false) AS repeated INTO same
    FROM public.resource_version
    WHERE resource_type = type AND resource_id = id AND source_version IS NULL AND source_updated_at = updated_at;
  ELSE
    SELECT false AS known, stored.content IS NOT DISTINCT FROM given AS repeated INTO same;
  END IF;
  RETURN CASE
    WHEN same.repeated THEN 'repeated'
    WHEN same.known AND public.version_number(version) IS NOT NULL THEN 'version_conflict'
    WHEN public.version_number(version) < public.version_number(stored.source_version) THEN 'history'
    WHEN public.version_number(version) > public.version_number(stored.source_version) THEN 'current'
    WHEN updated_at < stored.source_updated_at THEN 'history'
    ELSE 'current'
  END;
END
$$;

-- The same of a removal. What is unknown, or removed already, is removed again only to keep out what comes late.
CREATE FUNCTION removal_verdict(type text, id text, updated_at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stored record;
BEGIN
  SELECT removed.deleted, removed.source_updated_at INTO stored
  FROM public.resource JOIN public.resource_version AS removed USING (resource_type, resource_id, version_id)
  WHERE resource_type = type AND resource_id = id;
  IF NOT FOUND THEN
    RETURN CASE WHEN updated_at IS NULL THEN 'repeated' ELSE 'current' END;
  END IF;
  IF EXISTS (
    SELECT FROM public.resource_version
    WHERE resource_type = type AND resource_id = id AND deleted AND source_updated_at = updated_at
  ) THEN
    RETURN 'repeated';
  END IF;
  RETURN CASE
    WHEN updated_at < stored.source_updated_at THEN 'history'
    WHEN stored.deleted AND updated_at IS NULL THEN 'repeated'
    ELSE 'current'
  END;
END
$$;

-- What a merge is to those that were made: `current` for a new one, `repeated`, or why it cannot be.
-- `written` are ids of patients that the same event writes before it.
CREATE FUNCTION merge_verdict(surviving text, merged text, written text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  merged_into text := (SELECT surviving_id FROM public.patient_merge WHERE merged_id = merged);
BEGIN
  IF surviving = merged THEN
    RETURN 'merge_into_itself';
  END IF;
  IF merged_into IS NOT NULL THEN
    RETURN CASE WHEN merged_into = surviving THEN 'repeated' ELSE 'merge_already_made' END;
  END IF;
  IF EXISTS (
    SELECT FROM unnest(ARRAY[surviving, merged]) AS patient (id)
    WHERE id <> ALL (written) AND NOT EXISTS (
      SELECT FROM public.resource
      WHERE resource_type = 'Patient' AND resource_id = patient.id AND version_id > 0 AND NOT deleted
    )
  ) THEN
    RETURN 'merge_patient_unknown';
  END IF;
  IF surviving IN (SELECT public.patient_with_merged(merged)) THEN
    RETURN 'merge_circular';
  END IF;
  RETURN 'current';
END
$$;

-- Adds a version behind those that are stored, and answers its number. Its time is later than theirs, whatever the clock does.
CREATE FUNCTION add_version(
  type text, id text, given text, version text, updated_at timestamptz, event uuid, is_current boolean
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stored record;
  next_id bigint;
  next_updated timestamptz;
BEGIN
  SELECT version_id, last_updated INTO stored FROM public.resource_version
  WHERE resource_type = type AND resource_id = id ORDER BY version_id DESC LIMIT 1;
  next_id := coalesce(stored.version_id, 0) + 1;
  next_updated := greatest(
    date_trunc('milliseconds', clock_timestamp()), stored.last_updated + interval '1 millisecond');
  INSERT INTO public.resource_version
    (resource_type, resource_id, version_id, last_updated, deleted, content, source_version, source_updated_at, event_id)
  VALUES (type, id, next_id, next_updated, given IS NULL, given, version, updated_at, event);
  IF is_current THEN
    UPDATE public.resource SET version_id = next_id, last_updated = next_updated, deleted = given IS NULL
    WHERE resource_type = type AND resource_id = id;
  END IF;
  RETURN next_id;
END
$$;

-- A Patient's JSON with links to other patients behind its own, and inactive if it is to be. All else stays as it is,
-- digits of numbers included.
CREATE FUNCTION linked_patient(content text, links text[], inactive boolean) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH element AS (
    SELECT name, value::text AS value, place FROM json_each(content::json) WITH ORDINALITY AS item (name, value, place)
  ), changed AS (
    SELECT name, place,
      CASE
        WHEN name = 'active' AND inactive THEN 'false'
        WHEN name = 'link' AND cardinality(links) > 0
          THEN left(value, -1) || ',' || array_to_string(links, ',') || ']'
        ELSE value
      END AS value
    FROM element
    UNION ALL
    SELECT 'active', 1000000, 'false' WHERE inactive AND NOT EXISTS (SELECT FROM element WHERE name = 'active')
    UNION ALL
    SELECT 'link', 1000001, '[' || array_to_string(links, ',') || ']'
    WHERE cardinality(links) > 0 AND NOT EXISTS (SELECT FROM element WHERE name = 'link')
  )
  SELECT '{' || string_agg(to_json(name)::text || ':' || value, ',' ORDER BY place) || '}' FROM changed
$$;

-- Has a Patient say which merges it has part in: a version of our own behind the source's, where that does not say so.
CREATE FUNCTION show_merges(patient text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stored record;
  missing record;
  is_merged boolean := EXISTS (SELECT FROM public.patient_merge WHERE merged_id = patient);
  links_before integer;
  shown text;
BEGIN
  SELECT content, source_version, source_updated_at INTO stored
  FROM public.resource JOIN public.resource_version USING (resource_type, resource_id, version_id)
  WHERE resource_type = 'Patient' AND resource_id = patient AND content IS NOT NULL;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  links_before := coalesce(json_array_length(stored.content::json -> 'link'), 0);
  SELECT coalesce(array_agg(other ORDER BY other), '{}') AS others,
    coalesce(array_agg(format('{"other":{"reference":"Patient/%s"},"type":"%s"}', other, kind) ORDER BY other), '{}')
      AS links,
    (array_agg(event_id ORDER BY merged_at DESC))[1] AS event_id
  INTO missing
  FROM (
    SELECT surviving_id AS other, 'replaced-by' AS kind, event_id, merged_at FROM public.patient_merge
    WHERE merged_id = patient
    UNION ALL
    SELECT merged_id, 'replaces', event_id, merged_at FROM public.patient_merge WHERE surviving_id = patient
  ) AS wanted
  WHERE NOT EXISTS (
    SELECT FROM json_array_elements(stored.content::json -> 'link') AS link (value)
    WHERE value #>> '{other,reference}' = 'Patient/' || other AND value ->> 'type' = kind
  );
  shown := public.linked_patient(stored.content, missing.links, is_merged);
  IF shown = stored.content THEN
    RETURN;
  END IF;
  PERFORM public.add_version('Patient', patient, shown, stored.source_version, stored.source_updated_at,
    coalesce(missing.event_id, (SELECT event_id FROM public.patient_merge WHERE merged_id = patient)), true);
  INSERT INTO public.resource_reference (resource_type, resource_id, path, parameter, target_type, target_id)
  SELECT 'Patient', patient, format('Patient.link[%s].other', links_before + place - 1), 'link', 'Patient', other
  FROM unnest(missing.others) WITH ORDINALITY AS item (other, place);
  IF is_merged THEN
    DELETE FROM public.resource_token
    WHERE resource_type = 'Patient' AND resource_id = patient AND parameter = 'active';
    INSERT INTO public.resource_token (resource_type, parameter, system, code, resource_id)
    VALUES ('Patient', 'active', '', 'false', patient);
  END IF;
END
$$;

-- Stores what submissions change, in their order: of each submission all or nothing. The arrays up to `source_times` have an
-- element for each change, a submission's side by side; the others tell what searches find the change by, with the change's
-- place among them. Of a merge, `resource_ids` has the patient that goes on and `merged_ids` the other one.
--
-- Runs with the rights of the tables' owner, so that a processor can add to what is stored and can neither read it nor
-- change it. `held` is there for the fence: who calls it without a lease has no row to call it with.
CREATE FUNCTION store_records(
  held boolean,
  event_places integer[], event_ids uuid[], kinds text[], resource_types text[], resource_ids text[], merged_ids text[],
  contents text[], source_versions text[], source_times timestamptz[],
  token_changes integer[], token_parameters text[], token_systems text[], token_codes text[],
  date_changes integer[], date_parameters text[], date_starts timestamptz[], date_ends timestamptz[],
  reference_changes integer[], reference_paths text[], reference_parameters text[], target_types text[], target_ids text[]
) RETURNS TABLE (stored integer, refused integer[], reason_codes text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changes_count integer := coalesce(cardinality(event_places), 0);
  first integer := 1;
  last integer;
  verdict text;
  verdicts text[];
  reason text;
  written_patients text[];
  is_new boolean;
  previous_version text;
  added integer[] := '{}';
  became_current integer[] := '{}';
  merge_patients text[] := '{}';
BEGIN
  stored := 0;
  refused := '{}';
  reason_codes := '{}';
  IF held IS NOT TRUE OR changes_count = 0 THEN
    RETURN NEXT;
    RETURN;
  END IF;

  -- Merges of several patients could close a circle together that none of them closes alone.
  IF 'merge' = ANY (kinds) THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('merges of patients', 0));
  END IF;
  PERFORM public.lock_resources(
    resource_types || array_fill('Patient'::text, ARRAY[cardinality(array_remove(merged_ids, NULL))]),
    resource_ids || array_remove(merged_ids, NULL));

  WHILE first <= changes_count LOOP
    last := first;
    WHILE last < changes_count AND event_places[last + 1] = event_places[first] LOOP
      last := last + 1;
    END LOOP;

    -- All changes are judged before the first is made.
    reason := NULL;
    verdicts := '{}';
    written_patients := '{}';
    FOR change IN first..last LOOP
      verdict := CASE kinds[change]
        WHEN 'write' THEN public.write_verdict(resource_types[change], resource_ids[change], contents[change],
          source_versions[change], source_times[change])
        WHEN 'removal' THEN public.removal_verdict(resource_types[change], resource_ids[change], source_times[change])
        ELSE public.merge_verdict(resource_ids[change], merged_ids[change], written_patients)
      END;
      IF verdict NOT IN ('current', 'history', 'repeated') THEN
        reason := verdict;
        EXIT;
      END IF;
      verdicts := verdicts || verdict;
      IF kinds[change] = 'write' AND resource_types[change] = 'Patient' THEN
        written_patients := written_patients || resource_ids[change];
      END IF;
    END LOOP;

    IF reason IS NOT NULL THEN
      refused := refused || event_places[first];
      reason_codes := reason_codes || reason;
    ELSE
      is_new := false;
      FOR change IN first..last LOOP
        verdict := verdicts[change - first + 1];
        CONTINUE WHEN verdict = 'repeated';
        is_new := true;
        IF kinds[change] = 'merge' THEN
          INSERT INTO public.patient_merge (merged_id, surviving_id, merged_at, event_id)
          VALUES (merged_ids[change], resource_ids[change], coalesce(source_times[change], now()), event_ids[change]);
          merge_patients := merge_patients || ARRAY[merged_ids[change], resource_ids[change]];
          CONTINUE;
        END IF;
        previous_version := NULL;
        IF kinds[change] = 'removal' AND verdict = 'current' THEN
          -- By the version that it removes, older ones are known that come later.
          SELECT source_version INTO previous_version
          FROM public.resource JOIN public.resource_version USING (resource_type, resource_id, version_id)
          WHERE resource_type = resource_types[change] AND resource_id = resource_ids[change];
        END IF;
        PERFORM public.add_version(resource_types[change], resource_ids[change], contents[change],
          coalesce(source_versions[change], previous_version), source_times[change], event_ids[change],
          verdict = 'current');
        added := added || change;
        IF verdict = 'current' THEN
          became_current := became_current || change;
        END IF;
      END LOOP;
      stored := stored + is_new::integer;
    END IF;
    first := last + 1;
  END LOOP;

  -- Of the changes of one resource, the last one that became current is so still.
  became_current := ARRAY(
    SELECT max(change) FROM unnest(became_current) AS change GROUP BY resource_types[change], resource_ids[change]);
  DELETE FROM public.resource_token USING unnest(became_current) AS change
  WHERE resource_type = resource_types[change] AND resource_id = resource_ids[change];
  DELETE FROM public.resource_date USING unnest(became_current) AS change
  WHERE resource_type = resource_types[change] AND resource_id = resource_ids[change];
  DELETE FROM public.resource_reference USING unnest(became_current) AS change
  WHERE resource_type = resource_types[change] AND resource_id = resource_ids[change];
  INSERT INTO public.resource_token (resource_type, parameter, system, code, resource_id)
  SELECT resource_types[change], parameter, system, code, resource_ids[change]
  FROM unnest(token_changes, token_parameters, token_systems, token_codes) AS item (change, parameter, system, code)
    JOIN unnest(became_current) AS change USING (change)
  ON CONFLICT DO NOTHING;
  INSERT INTO public.resource_date (resource_type, parameter, starts_at, ends_at, resource_id)
  SELECT resource_types[change], parameter, starts_at, ends_at, resource_ids[change]
  FROM unnest(date_changes, date_parameters, date_starts, date_ends) AS item (change, parameter, starts_at, ends_at)
    JOIN unnest(became_current) AS change USING (change)
  ON CONFLICT DO NOTHING;
  INSERT INTO public.resource_reference (resource_type, resource_id, path, parameter, target_type, target_id)
  SELECT resource_types[change], resource_ids[change], path, parameter, target_type, target_id
  FROM unnest(reference_changes, reference_paths, reference_parameters, target_types, target_ids)
      AS item (change, path, parameter, target_type, target_id)
    JOIN unnest(became_current) AS change USING (change);

  -- A patient's record that names another one is not about that one.
  INSERT INTO public.patient_resource (patient_id, resource_type, resource_id)
  SELECT target_id, resource_types[change], resource_ids[change]
  FROM unnest(reference_changes, target_types, target_ids) AS item (change, target_type, target_id)
    JOIN unnest(added) AS change USING (change)
  WHERE target_type = 'Patient' AND resource_types[change] <> 'Patient'
  UNION
  SELECT resource_ids[change], 'Patient', resource_ids[change] FROM unnest(added) AS change
  WHERE resource_types[change] = 'Patient'
  ON CONFLICT DO NOTHING;

  PERFORM public.show_merges(patient)
  FROM (
    SELECT patient FROM unnest(merge_patients) AS patient
    UNION
    SELECT resource_ids[change] FROM unnest(became_current) AS change
    WHERE resource_types[change] = 'Patient' AND EXISTS (
      SELECT FROM public.patient_merge WHERE resource_ids[change] IN (merged_id, surviving_id)
    )
    ORDER BY 1
  ) AS item;

  DELETE FROM public.resource USING unnest(resource_types, resource_ids) AS item (type, id)
  WHERE version_id = 0 AND resource_type = type AND resource_id = id;
  DELETE FROM public.resource USING unnest(merged_ids) AS merged
  WHERE version_id = 0 AND resource_type = 'Patient' AND resource_id = merged;
  RETURN NEXT;
END
$$;

-- How many references of resources that were stored in the day up to an hour ago are to what is not stored, though it is of a
-- type that is kept. Null while another processor counts.
CREATE FUNCTION count_unresolved_references(kept_types text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('unresolved references', 0)) THEN
    RETURN NULL;
  END IF;
  RETURN (
    SELECT count(DISTINCT (reference.resource_type, reference.resource_id, reference.path))
    FROM public.resource AS source JOIN public.resource_reference AS reference USING (resource_type, resource_id)
    WHERE source.last_updated BETWEEN now() - interval '25 hours' AND now() - interval '1 hour'
      AND target_type = ANY (kept_types)
      AND NOT EXISTS (
        SELECT FROM public.resource AS target
        WHERE target.resource_type = target_type AND target.resource_id = target_id AND NOT target.deleted
      )
  );
END
$$;

REVOKE ALL ON FUNCTION version_number(text), lock_resources(text[], text[]),
  write_verdict(text, text, text, text, timestamptz), removal_verdict(text, text, timestamptz),
  merge_verdict(text, text, text[]), add_version(text, text, text, text, timestamptz, uuid, boolean),
  linked_patient(text, text[], boolean), show_merges(text), store_records, count_unresolved_references(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store_records TO pipeline_processor, pipeline_operator;
GRANT EXECUTE ON FUNCTION count_unresolved_references(text[]) TO pipeline_processor;

-- Down Migration

DROP FUNCTION count_unresolved_references(text[]);
DROP FUNCTION store_records;
DROP FUNCTION show_merges(text);
DROP FUNCTION linked_patient(text, text[], boolean);
DROP FUNCTION add_version(text, text, text, text, timestamptz, uuid, boolean);
DROP FUNCTION merge_verdict(text, text, text[]);
DROP FUNCTION removal_verdict(text, text, timestamptz);
DROP FUNCTION write_verdict(text, text, text, text, timestamptz);
DROP FUNCTION lock_resources(text[], text[]);
DROP FUNCTION version_number(text);
DROP INDEX resource_version_source;
