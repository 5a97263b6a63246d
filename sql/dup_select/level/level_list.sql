CREATE OR REPLACE FUNCTION dup_select.level_list(items text[], separator text, indent integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_text text := '';
    v_line text := '';
    v_item text;
BEGIN
    FOR v_n IN 1 .. cardinality(items) LOOP
        v_item := items[v_n] || CASE WHEN v_n < cardinality(items) THEN rtrim(separator) ELSE '' END;
        IF v_line = '' THEN
            v_line := v_item;
        ELSIF indent + length(v_line) + length(v_item) < 95 THEN
            v_line := v_line || ' ' || v_item;
        ELSE
            v_text := v_text || v_line || chr(10) || repeat(' ', indent);
            v_line := v_item;
        END IF;
    END LOOP;
    RETURN v_text || v_line;
END
$$;

ALTER FUNCTION dup_select.level_list(text[], text, integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_list(text[], text, integer) IS
    'Items on lines of some 95 characters.';
REVOKE ALL ON FUNCTION dup_select.level_list(text[], text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_list(text[], text, integer) TO PUBLIC;
