CREATE OR REPLACE FUNCTION dup_select.put_one(statement text, given anyelement) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_setting pg_catalog.text := dup_select.found_setting();
    v_key     pg_catalog.jsonb;
BEGIN
    PERFORM pg_catalog.set_config(v_setting, '', true);
    EXECUTE statement INTO v_key USING given;
    IF v_key IS NULL AND pg_catalog.current_setting(v_setting) OPERATOR(pg_catalog.<>) '' THEN
        v_key := pg_catalog.current_setting(v_setting)::pg_catalog.jsonb;
    END IF;
    RETURN v_key;
END
$$;

ALTER FUNCTION dup_select.put_one(text, anyelement) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_one(text, anyelement) IS
    'Runs an INSERT for one row of the work table ($1), and gives the key that it returns, or that its ON CONFLICT clause '
    'has left in found_setting(). NULL where a trigger left the row out. Errors: those of the table.';
REVOKE ALL ON FUNCTION dup_select.put_one(text, anyelement) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_one(text, anyelement) TO PUBLIC;
