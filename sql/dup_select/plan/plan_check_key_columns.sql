CREATE OR REPLACE FUNCTION dup_select.plan_check_key_columns(relation oid, columns text[], mapped text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_column record;
BEGIN
    SELECT k.name, c.attnum, c.type, dup_select.plan_default_opclass(relation, c.attnum) AS opclass INTO v_column
    FROM unnest(columns) AS k (name)
    LEFT JOIN dup_select.plan_table_columns(relation) AS c ON c.column_name = k.name
    WHERE c.attnum IS NULL OR k.name <> ALL (mapped) OR dup_select.plan_default_opclass(relation, c.attnum) IS NULL
    ORDER BY k.name LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    ELSIF v_column.attnum IS NULL THEN
        RAISE EXCEPTION '% has no column %, which natural_keys names', dup_select.plan_table_name(relation),
            quote_ident(v_column.name)
            USING ERRCODE = 'undefined_column';
    ELSIF v_column.opclass IS NULL THEN
        RAISE EXCEPTION 'column % of % cannot be of its natural key: type % has no order, nor equality by it',
            quote_ident(v_column.name), dup_select.plan_table_name(relation), v_column.type
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RAISE EXCEPTION 'column % of % cannot be of its natural key: the mapping does not fill it', quote_ident(v_column.name),
        dup_select.plan_table_name(relation)
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Map it, or leave it out of natural_keys.';
END
$$;

ALTER FUNCTION dup_select.plan_check_key_columns(oid, text[], text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_key_columns(oid, text[], text[]) IS
    'Raises where columns cannot be a key: there are none of their names (42703), the mapping fills them not, or their types '
    'have no equality (22023).';
REVOKE ALL ON FUNCTION dup_select.plan_check_key_columns(oid, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_key_columns(oid, text[], text[]) TO PUBLIC;
