-- Up Migration

-- JSON in which nothing names some patients any more. In place of a reference to one of them stands what FHIR has for a value
-- that is kept back: the extension data-absent-reason with the code `masked`. Narratives go as well, where a resource that
-- names one of them has one, since nobody can tell what their prose says of whom. All else stays, digits of numbers included.
CREATE FUNCTION without_patients(value json, patients text[]) RETURNS json
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_resource boolean;
BEGIN
  IF strpos(value::text, 'Patient/') = 0 THEN
    RETURN value;
  END IF;
  CASE json_typeof(value)
    WHEN 'object' THEN
      IF substring(value ->> 'reference' FROM '^(?:.*/)?Patient/([A-Za-z0-9.-]{1,64})(?:[/#?].*)?$') = ANY (patients) THEN
        RETURN '{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}';
      END IF;
      is_resource := value -> 'resourceType' IS NOT NULL;
      RETURN (
        SELECT '{' || string_agg(
          to_json(name)::text || ':' || public.without_patients(member, patients)::text, ',' ORDER BY place) || '}'
        FROM json_each(value) WITH ORDINALITY AS item (name, member, place)
        WHERE NOT (is_resource AND name = 'text')
      );
    WHEN 'array' THEN
      RETURN (
        SELECT '[' || string_agg(public.without_patients(element, patients)::text, ',' ORDER BY place) || ']'
        FROM json_array_elements(value) WITH ORDINALITY AS item (element, place)
      );
    ELSE
      RETURN value;
  END CASE;
END
$$;

-- Whether a resource is another patient's record than those named, or another one's as well: told by the patients that its
-- search parameters `patient` and `subject` find; where they find none, by all whom any version named.
CREATE FUNCTION is_of_others(type text, id text, patients text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH subject AS (
    SELECT target_id AS patient_id FROM public.resource_reference
    WHERE resource_type = type AND resource_id = id AND target_type = 'Patient' AND parameter IN ('patient', 'subject')
  )
  SELECT EXISTS (SELECT FROM subject WHERE patient_id <> ALL (patients))
    OR NOT EXISTS (SELECT FROM subject) AND EXISTS (
      SELECT FROM public.patient_resource
      WHERE resource_type = type AND resource_id = id AND patient_id <> ALL (patients)
    )
$$;

-- Removes what is stored of a person, `resources_max` resources at the most, with all of their versions; answers how many
-- versions those were, how many resources are other patients' and lost only what names this person, and whether that was all.
-- The person's own Patients go last, and with them which of them were merged: by these the rest is found.
--
-- Runs with the rights of the tables' owner, so that the operator's program can erase one person's data and no statement of
-- its own can remove anything else.
CREATE FUNCTION erase_patient_records(patients text[], resources_max integer)
RETURNS TABLE (erased_versions integer, redacted_resources integer, is_done boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  types text[];
  ids text[];
  removed_versions integer;
  item record;
BEGIN
  IF coalesce(cardinality(patients), 0) = 0 OR array_position(patients, NULL) IS NOT NULL OR '' = ANY (patients) THEN
    RAISE EXCEPTION 'no patient is named' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  erased_versions := 0;
  redacted_resources := 0;
  SELECT coalesce(array_agg(resource_type), '{}'), coalesce(array_agg(resource_id), '{}') INTO types, ids
  FROM (
    SELECT resource_type, resource_id
    FROM (
      SELECT resource_type, resource_id FROM public.patient_resource WHERE patient_id = ANY (patients)
      UNION
      -- Of Patients that name another one, only this is known.
      SELECT resource_type, resource_id FROM public.resource_reference
      WHERE target_type = 'Patient' AND target_id = ANY (patients)
    ) AS named
    ORDER BY resource_type = 'Patient', resource_id = ANY (patients), resource_type, resource_id
    LIMIT resources_max
  ) AS chosen;
  is_done := cardinality(ids) < resources_max;

  -- In the order in which processors lock them: see `lock_resources`.
  PERFORM FROM public.resource
  WHERE (resource_type, resource_id) IN (SELECT type, id FROM unnest(types, ids) AS chosen (type, id))
  ORDER BY resource_type, resource_id
  FOR UPDATE;

  FOR item IN
    SELECT type, id, public.is_of_others(type, id, patients) AS stays FROM unnest(types, ids) AS chosen (type, id)
  LOOP
    IF item.stays THEN
      UPDATE public.resource_version SET content = public.without_patients(content::json, patients)::text
      WHERE resource_type = item.type AND resource_id = item.id AND EXISTS (
        SELECT FROM regexp_matches(content, '"reference":"(?:[^"]*/)?Patient/([A-Za-z0-9.-]{1,64})', 'g') AS named (parts)
        WHERE parts[1] = ANY (patients)
      );
      DELETE FROM public.resource_reference
      WHERE resource_type = item.type AND resource_id = item.id AND target_type = 'Patient' AND target_id = ANY (patients);
      DELETE FROM public.patient_resource
      WHERE resource_type = item.type AND resource_id = item.id AND patient_id = ANY (patients);
      redacted_resources := redacted_resources + 1;
    ELSE
      DELETE FROM public.resource_version WHERE resource_type = item.type AND resource_id = item.id;
      GET DIAGNOSTICS removed_versions = ROW_COUNT;
      DELETE FROM public.resource_token WHERE resource_type = item.type AND resource_id = item.id;
      DELETE FROM public.resource_date WHERE resource_type = item.type AND resource_id = item.id;
      DELETE FROM public.resource_reference WHERE resource_type = item.type AND resource_id = item.id;
      DELETE FROM public.patient_resource WHERE resource_type = item.type AND resource_id = item.id;
      DELETE FROM public.resource WHERE resource_type = item.type AND resource_id = item.id;
      erased_versions := erased_versions + removed_versions;
    END IF;
  END LOOP;

  IF is_done THEN
    DELETE FROM public.patient_merge WHERE merged_id = ANY (patients) OR surviving_id = ANY (patients);
  END IF;
  RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION without_patients(json, text[]), is_of_others(text, text, text[]),
  erase_patient_records(text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_patient_records(text[], integer) TO pipeline_operator;

-- Down Migration

DROP FUNCTION erase_patient_records(text[], integer);
DROP FUNCTION is_of_others(text, text, text[]);
DROP FUNCTION without_patients(json, text[]);
