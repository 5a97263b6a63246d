CREATE OR REPLACE FUNCTION dup_select.put_plan(
    source regclass, target regclass, mapping jsonb, natural_keys jsonb, superclass regclass
) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan jsonb := dup_select.plan(target, mapping, source, natural_keys, false);
BEGIN
    PERFORM dup_select.plan_check_superclass(v_plan, superclass);
    IF superclass IS NOT NULL THEN
        v_plan := jsonb_set(v_plan, '{target,searched}', to_jsonb(dup_select.plan_table_name(superclass)));
    END IF;
    RETURN v_plan;
END
$$;

ALTER FUNCTION dup_select.put_plan(regclass, regclass, jsonb, jsonb, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_plan(regclass, regclass, jsonb, jsonb, regclass) IS
    'The plan of put_table, with the superclass in which it looks for rows of the target (NULL: in the target alone). '
    'Errors: those of plan; 22023 where superclass cannot be one.';
REVOKE ALL ON FUNCTION dup_select.put_plan(regclass, regclass, jsonb, jsonb, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_plan(regclass, regclass, jsonb, jsonb, regclass) TO PUBLIC;
