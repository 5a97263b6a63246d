CREATE OR REPLACE FUNCTION dup_select.inserter_view_sql(
    target regclass, view_name text DEFAULT NULL, mapping jsonb DEFAULT NULL, input regclass DEFAULT NULL,
    natural_keys jsonb DEFAULT NULL, select_first boolean DEFAULT true, superclass regclass DEFAULT NULL,
    security_definer boolean DEFAULT false
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan jsonb := dup_select.plan(target, mapping, input, natural_keys, true);
    v_view text := dup_select.view_name(target, view_name);
BEGIN
    PERFORM dup_select.plan_check_superclass(v_plan, superclass);
    RETURN concat_ws(chr(10),
        dup_select.view_text(v_plan, v_view),
        dup_select.view_trigger_function(v_plan, v_view, superclass, select_first, security_definer),
        dup_select.view_triggers(v_view),
        dup_select.view_comments(v_plan, v_view, superclass));
END
$$;

ALTER FUNCTION dup_select.inserter_view_sql OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.inserter_view_sql IS
    'The SQL that create_inserter_view runs. NULL means: view_name <table>_in, mapping from the catalog, input columns '
    'of the types of the target''s, natural keys chosen. Looking runs nothing of the table''s owner''s. Errors: 22004, 22023, '
    '42602, 42701, 42702, 42703, 42804, 42809, 428C9, 0A000, those of an expression.';
REVOKE ALL ON FUNCTION dup_select.inserter_view_sql FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.inserter_view_sql TO PUBLIC;
