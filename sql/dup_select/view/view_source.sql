-- The view's columns are those of NEW, where NULL means what is not given.
CREATE OR REPLACE FUNCTION dup_select.view_source(level jsonb, column_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(CASE WHEN c.unfit THEN '%I.%I::%s' ELSE '%I.%I' END, level ->> 'name', c.column_name, c.type)
    FROM dup_select.plan_table_columns((level ->> 'relation')::oid) AS c WHERE c.column_name = view_source.column_name
$$;

ALTER FUNCTION dup_select.view_source(jsonb, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_source(jsonb, text) IS
    'A column of a level as the view selects it.';
REVOKE ALL ON FUNCTION dup_select.view_source(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_source(jsonb, text) TO PUBLIC;
