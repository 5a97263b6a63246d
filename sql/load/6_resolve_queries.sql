SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The parts of the statements that bring staged facts into their final form: columns, their values (of staged_<table> s and its
-- maps of_<column>) and whether these are as they were staged, FROM with joins, and the condition that a row which this load
-- inserted is part of the identity; all_inserted: the maps tell that it holds for every fact. offsets: what number_offsets has
-- noted, {"terms": {"id_offset": 12, "inserted": true}, ...}, and under facts that none of them can exist. versioned: every row
-- names its package and version, which otherwise come from its file. One mechanism for four fact tables: their columns differ,
-- the shape does not. Only what cannot be told from offsets is joined.
CREATE OR REPLACE FUNCTION exograph_private.fact_parts(
    IN table_name text, IN offsets jsonb, IN versioned boolean,
    OUT columns text[], OUT "values" text[], OUT are_final boolean[], OUT joins text, OUT inserted text,
    OUT all_inserted boolean
)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    -- Whether each fact has a file; NULL where the table has none.
    v_has_file boolean := (SELECT c.required FROM exograph.staging_columns c
                           WHERE c.table_name = fact_parts.table_name AND c.column_name = 'file_id');
    v_by_file  boolean := v_has_file IS NOT NULL AND (versioned AND offsets ?& '{packages,package_versions}') IS NOT TRUE;
    v_column   exograph.staging_columns;
    v_name     text;
    v_value    text;
    v_offset   jsonb;
    v_inserted text[] := '{}';
BEGIN
    joins := format('FROM %I s', 'staged_' || table_name);
    all_inserted := coalesce((offsets #>> '{facts,inserted}')::boolean, false);
    FOR v_column IN
        SELECT * FROM exograph.staging_columns c WHERE c.table_name = fact_parts.table_name ORDER BY c.column_position
    LOOP
        v_name := v_column.column_name;
        v_offset := offsets -> v_column.refers_to;
        v_value := CASE
            WHEN v_by_file AND v_has_file AND v_name IN ('package_id', 'package_version_id')
                THEN format('of_file_id.%I', v_name)
            WHEN v_by_file AND v_name = 'package_id'
                THEN 'CASE WHEN s.file_id IS NULL THEN of_package_version_id.package_id ELSE of_file_id.package_id END'
            WHEN v_by_file AND v_name = 'package_version_id'
                THEN 'CASE WHEN s.file_id IS NULL THEN of_package_version_id.id ELSE of_file_id.package_version_id END'
            WHEN v_offset IS NOT NULL THEN format('s.%I + %s', v_name, v_offset ->> 'id_offset')
            WHEN v_column.refers_to IS NOT NULL THEN format('%I.id', 'of_' || v_name)
            WHEN v_name = 'metadata' THEN 'coalesce(s.metadata, ''{}'')'
            ELSE format('s.%I', v_name)
        END;
        columns := array_append(columns, quote_ident(v_name));
        "values" := array_append("values", v_value);
        are_final := array_append(are_final, CASE
            WHEN v_by_file AND v_name IN ('package_id', 'package_version_id') THEN false
            WHEN v_offset IS NOT NULL THEN (v_offset ->> 'id_offset')::bigint = 0
            ELSE v_column.refers_to IS NULL AND v_name <> 'metadata'
        END);
        IF v_column.refers_to IS NOT NULL AND v_name <> 'package_id'
            AND NOT (v_by_file AND v_has_file AND v_name = 'package_version_id')
            AND (v_offset IS NULL OR v_by_file AND v_name IN ('package_version_id', 'file_id')
                 OR v_column.identity AND v_offset ->> 'inserted' IS NULL)
        THEN
            joins := joins || format('%s%s %I AS %I ON %4$I.number = s.%5$I', chr(10),
                CASE WHEN v_column.required THEN 'JOIN' ELSE 'LEFT JOIN' END,
                'map_' || v_column.refers_to, 'of_' || v_name, v_name);
        END IF;
        IF v_column.identity AND v_column.refers_to IS NOT NULL THEN
            all_inserted := all_inserted OR coalesce((v_offset ->> 'inserted')::boolean, false);
            v_inserted := array_append(v_inserted,
                coalesce(v_offset ->> 'inserted', format('%I.inserted', 'of_' || v_name)));
        END IF;
    END LOOP;
    inserted := CASE WHEN all_inserted THEN 'true' ELSE format('(%s)', array_to_string(v_inserted, ' OR ')) END;
END
$$;

-- How facts of a table are compared: the columns of the identity and the others, as lists, and the conditions that a fact f has
-- the identity of an existing d, and that their payloads differ. One definition of identity and payload: what is compared within
-- a load is compared with the index as well. NULLs of an identity are equal in a form that can be hashed, which IS NOT DISTINCT
-- FROM cannot.
CREATE OR REPLACE FUNCTION exograph_private.match_facts(
    IN table_name text, OUT identity text, OUT payload text, OUT equal text, OUT differing text
)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    SELECT string_agg(c.name, ', ') FILTER (WHERE c.identity),
           string_agg(c.name, ', ') FILTER (WHERE NOT c.identity),
           string_agg(format(CASE WHEN c.required THEN 'd.%1$s = f.%1$s'
                                  ELSE 'coalesce(d.%1$s, 0) = coalesce(f.%1$s, 0) AND (d.%1$s IS NULL) = (f.%1$s IS NULL)' END,
                             c.name), ' AND ') FILTER (WHERE c.identity),
           string_agg(format('f.%1$s IS DISTINCT FROM d.%1$s', c.name), ' OR ') FILTER (WHERE NOT c.identity)
    INTO identity, payload, equal, differing
    FROM (
        SELECT quote_ident(s.column_name) AS name, s.required, s.identity
        FROM exograph.staging_columns s
        WHERE s.table_name = match_facts.table_name
        ORDER BY s.column_position
    ) c;
END
$$;

-- Text of the statement that writes staged facts in their final form: those of rows that this load inserted (fresh) into
-- new_<table>; of the others those that do not exist, or exist with another payload, into a table compared. offsets, versioned:
-- as in fact_parts. existing: where they are looked for. SELECT exograph_private.fact_query('definitions', false, NULL, NULL,
-- 'exograph.definitions') shows the text. Facts of new rows cannot exist in the index yet; only the others are looked up
-- there. That join compares payloads, too, and keeps but few facts, of a reload none; and CREATE TABLE AS can read in
-- parallel, INSERT .. SELECT cannot.
CREATE OR REPLACE FUNCTION exograph_private.fact_query(
    table_name text, fresh boolean, offsets jsonb, versioned boolean, existing text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_parts record := exograph_private.fact_parts(table_name, offsets, versioned);
    v_match record := exograph_private.match_facts(table_name);
    v_facts text   := format(
'SELECT %s
%s
WHERE %s',
        (SELECT string_agg(format('%s AS %s', p.value, p.name), ', ')
         FROM unnest(v_parts.columns, v_parts.values) AS p (name, value)),
        v_parts.joins, CASE WHEN fresh THEN v_parts.inserted ELSE 'NOT ' || v_parts.inserted END);
BEGIN
    RETURN CASE
        WHEN fresh THEN format(
'INSERT INTO %I (%s)
%s', 'new_' || table_name, array_to_string(v_parts.columns, ', '), v_facts)
        ELSE format(
'CREATE UNLOGGED TABLE compared AS
SELECT f.*, d.load_id IS NOT NULL AS is_existing
FROM (%s) f
LEFT JOIN %s d ON %s
WHERE d.load_id IS NULL OR %s',
            v_facts, existing, v_match.equal, v_match.differing)
    END;
END
$$;

-- Text of the query for the staged facts that are not yet as they shall exist in the index, or may exist there already, in their
-- final form. inserted: a row that this load inserted is part of the identity, so that they cannot exist. NULL where the maps
-- tell that there are none. offsets, versioned: as in fact_parts. SELECT exograph_private.changes_query('definitions', NULL,
-- NULL) shows the text.
CREATE OR REPLACE FUNCTION exograph_private.changes_query(table_name text, offsets jsonb, versioned boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_parts   record := exograph_private.fact_parts(table_name, offsets, versioned);
    v_changed text := (SELECT string_agg(format('s.%s IS DISTINCT FROM %s', p.name, p.value), ' OR ')
                       FROM unnest(v_parts.columns, v_parts.values, v_parts.are_final) AS p (name, value, is_final)
                       WHERE NOT p.is_final);
BEGIN
    IF true = ALL (v_parts.are_final) AND v_parts.all_inserted THEN
        RETURN NULL;
    END IF;
    RETURN format(
'SELECT s.ctid AS staged_ctid, %s AS inserted, %s
%s
WHERE %s',
        v_parts.inserted,
        (SELECT string_agg(format('%s AS %s', p.value, p.name), ', ')
         FROM unnest(v_parts.columns, v_parts.values) AS p (name, value)),
        v_parts.joins, concat_ws(' OR ', v_changed, 'NOT ' || v_parts.inserted));
END
$$;
