-- The server rewrites an INSERT by them, RETURNING and ON CONFLICT are then refused: at the first row, without this.
CREATE OR REPLACE FUNCTION dup_select.plan_check_rules(levels jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_rule record;
BEGIN
    SELECT r.rulename, l.value ->> 'table' AS table INTO v_rule
    FROM jsonb_array_elements(levels) AS l
    JOIN pg_rewrite r ON r.ev_class = (l.value ->> 'relation')::oid
    WHERE r.ev_type = '3' AND r.ev_enabled <> 'D' OR r.ev_type = '2' AND l.value ? 'index' -- INSERT; UPDATE
    ORDER BY r.rulename LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'rule % of % would rewrite what is inserted, or found', quote_ident(v_rule.rulename), v_rule.table
            USING ERRCODE = 'feature_not_supported', HINT = 'Drop the rule. A trigger can do what it does.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_rules(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_rules(jsonb) IS
    'Raises where a table has a rule on INSERT, or on UPDATE where ON CONFLICT is needed: 0A000.';
REVOKE ALL ON FUNCTION dup_select.plan_check_rules(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_rules(jsonb) TO PUBLIC;
