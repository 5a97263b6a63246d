-- One mechanism for five fact tables: their columns differ, the shape does not. Only what cannot be told from offsets is
-- joined.
CREATE OR REPLACE FUNCTION exograph.fact_parts(
    IN table_name text, IN offsets jsonb, IN versioned boolean,
    OUT columns text[], OUT "values" text[], OUT joins text, OUT inserted text
)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_by_file  boolean := (versioned AND offsets ?& '{packages,package_versions}') IS NOT TRUE
                          AND EXISTS (SELECT FROM exograph.staging_columns c
                                      WHERE c.table_name = fact_parts.table_name AND c.column_name = 'file_id');
    v_column   exograph.staging_columns;
    v_name     text;
    v_value    text;
    v_offset   jsonb;
    v_inserted text[] := '{}';
BEGIN
    joins := format('FROM %I s', 'staged_' || table_name);
    FOR v_column IN
        SELECT * FROM exograph.staging_columns c WHERE c.table_name = fact_parts.table_name ORDER BY c.column_position
    LOOP
        v_name := v_column.column_name;
        v_offset := offsets -> v_column.refers_to;
        v_value := CASE
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
        IF v_column.refers_to IS NOT NULL AND v_name <> 'package_id'
            AND (v_offset IS NULL OR v_by_file AND v_name IN ('package_version_id', 'file_id')
                 OR v_column.identity AND v_offset ->> 'inserted' IS NULL)
        THEN
            joins := joins || format('%s%s %I AS %I ON %4$I.number = s.%5$I', chr(10),
                CASE WHEN v_column.required THEN 'JOIN' ELSE 'LEFT JOIN' END,
                'map_' || v_column.refers_to, 'of_' || v_name, v_name);
        END IF;
        IF v_column.identity AND v_column.refers_to IS NOT NULL THEN
            v_inserted := array_append(v_inserted,
                coalesce(v_offset ->> 'inserted', format('%I.inserted', 'of_' || v_name)));
        END IF;
    END LOOP;
    inserted := CASE WHEN 'true' = ANY (v_inserted) THEN 'true' ELSE format('(%s)', array_to_string(v_inserted, ' OR ')) END;
END
$$;

ALTER FUNCTION exograph.fact_parts(text, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.fact_parts(text, jsonb, boolean) IS
    'The parts of the statements that bring staged facts into their final form: columns, their values (of staged_<table> s and '
    'its maps of_<column>), FROM with joins, and the condition that a row which this load inserted is part of the identity. '
    'offsets: what number_offsets has noted, {"terms": {"id_offset": 12, "inserted": true}, ...}. '
    'versioned: every row names its package and version, which otherwise come from its file.';
REVOKE ALL ON FUNCTION exograph.fact_parts(text, jsonb, boolean) FROM PUBLIC;
