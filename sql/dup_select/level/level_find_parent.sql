CREATE OR REPLACE FUNCTION dup_select.level_find_parent(level jsonb, select_first boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns text := (SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.n)
                       FROM jsonb_array_elements_text(level -> 'key_columns') WITH ORDINALITY AS k (name, n));
    v_outs    text[] := ARRAY(SELECT jsonb_array_elements_text(level -> 'own'));
    v_select  text := dup_select.level_select_row(level, level ->> 'table', v_columns, array_to_string(v_outs, ', '));
    v_insert  text := dup_select.level_insert_row(level, v_columns, array_to_string(v_outs, ', '));
BEGIN
    RETURN format(
'    -- %s
    WHILE %s LOOP
        %s
        EXIT WHEN FOUND;
        %s
        v_attempts := v_attempts + 1;
    END LOOP;
',
        dup_select.level_title(level),
        dup_select.level_list(array_cat(dup_select.level_pending(level), ARRAY['v_attempts < 100']), ' AND', 10),
        CASE WHEN select_first THEN v_select ELSE v_insert END,
        CASE WHEN select_first THEN v_insert ELSE v_select END);
END
$$;

ALTER FUNCTION dup_select.level_find_parent(jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_find_parent(jsonb, boolean) IS
    'The part of the trigger that finds or makes a parent.';
REVOKE ALL ON FUNCTION dup_select.level_find_parent(jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_find_parent(jsonb, boolean) TO PUBLIC;
