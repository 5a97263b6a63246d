CREATE OR REPLACE PROCEDURE exograph.raise_missing_parent(table_name text, key text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION 'there is no row in exograph.% with %', table_name, key
        USING ERRCODE = 'foreign_key_violation', SCHEMA = 'exograph', TABLE = table_name,
            HINT = format('Insert it through exograph_in.%s first.', table_name);
END
$$;

ALTER PROCEDURE exograph.raise_missing_parent(text, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_missing_parent(text, text) IS
    'Raises 23503: a row for an inserter view names a parent that does not stand and cannot be made from its key.';
REVOKE ALL ON PROCEDURE exograph.raise_missing_parent(text, text) FROM PUBLIC;
