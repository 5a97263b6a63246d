-- One mechanism for five fact tables: their columns differ, the shape does not. SELECT exograph.fact_query('definitions',
-- true) shows the text. Facts of new rows cannot stand in the index yet; only the others are looked up there. The look-up
-- is null-safe in a form that can be hashed, which IS NOT DISTINCT FROM cannot.
CREATE OR REPLACE FUNCTION exograph.fact_query(table_name text, fresh boolean, offsets jsonb DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_has_file boolean := EXISTS (SELECT FROM exograph.staging_columns c
                                  WHERE c.table_name = fact_query.table_name AND c.column_name = 'file_id');
    v_column   exograph.staging_columns;
    v_name     text;
    v_offset   text;
    v_value    text;
    v_names    text[] := '{}';
    v_values   text[] := '{}';
    v_joins    text[] := ARRAY[format('FROM %I s', 'staged_' || table_name)];
    v_inserted text[] := '{}';
    v_standing text[] := '{}';
BEGIN
    FOR v_column IN
        SELECT * FROM exograph.staging_columns c WHERE c.table_name = fact_query.table_name ORDER BY c.column_position
    LOOP
        v_name := v_column.column_name;
        v_offset := offsets ->> v_column.refers_to;
        v_value := CASE
            WHEN v_has_file AND v_name = 'package_id'
                THEN 'CASE WHEN s.file_id IS NULL THEN of_package_version_id.package_id ELSE of_file_id.package_id END'
            WHEN v_has_file AND v_name = 'package_version_id'
                THEN 'CASE WHEN s.file_id IS NULL THEN of_package_version_id.id ELSE of_file_id.package_version_id END'
            WHEN v_offset IS NOT NULL THEN format('s.%I + %s', v_name, v_offset)
            WHEN v_column.refers_to IS NOT NULL THEN format('%I.id', 'of_' || v_name)
            WHEN v_name = 'metadata' THEN 'coalesce(s.metadata, ''{}'')'
            ELSE format('s.%I', v_name)
        END;
        v_names := array_append(v_names, quote_ident(v_name));
        v_values := array_append(v_values, v_value);
        IF v_column.refers_to IS NOT NULL AND v_name <> 'package_id'
            AND (v_offset IS NULL OR v_name IN ('package_version_id', 'file_id'))
        THEN
            v_joins := array_append(v_joins, format('%s %I AS %I ON %3$I.number = s.%4$I',
                CASE WHEN v_column.required THEN 'JOIN' ELSE 'LEFT JOIN' END,
                'map_' || v_column.refers_to, 'of_' || v_name, v_name));
        END IF;
        IF v_column.identity AND v_column.refers_to IS NOT NULL THEN
            v_inserted := array_append(v_inserted, CASE
                WHEN v_offset IS NOT NULL THEN 'true' ELSE format('%I.inserted', 'of_' || v_name) END);
        END IF;
        IF v_column.identity THEN
            v_standing := array_append(v_standing, CASE
                WHEN v_column.required THEN format('d.%I = %s', v_name, v_value)
                ELSE format('coalesce(d.%1$I, 0) = coalesce(s.%1$I, 0) AND (d.%1$I IS NULL) = (s.%1$I IS NULL)', v_name)
            END);
        END IF;
    END LOOP;
    RETURN format(
'INSERT INTO %I (%s)
SELECT %s
%s
WHERE ',
            'new_' || table_name, array_to_string(v_names, ', '), array_to_string(v_values, ', '),
            array_to_string(v_joins, chr(10)))
        || CASE
            WHEN fresh THEN format('(%s)', array_to_string(v_inserted, ' OR '))
            ELSE format('NOT (%s)
    AND NOT EXISTS (SELECT FROM exograph.%I d WHERE %s)',
                array_to_string(v_inserted, ' OR '), table_name, array_to_string(v_standing, ' AND '))
        END;
END
$$;

ALTER FUNCTION exograph.fact_query(text, boolean, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.fact_query(text, boolean, jsonb) IS
    'Text of the statement that fills new_<table> from the staged facts through the maps: with those of rows that this load '
    'inserted (fresh), or with the others as far as they do not stand. offsets: difference of id and number of the tables '
    'where it is constant and all rows are new, {"terms": 12, ...}; NULL where it is in none.';
REVOKE ALL ON FUNCTION exograph.fact_query(text, boolean, jsonb) FROM PUBLIC;
