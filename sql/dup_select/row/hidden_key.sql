-- What stays unshown would find another row, or none.
CREATE OR REPLACE FUNCTION dup_select.hidden_key(index regclass, given text[], OUT hidden boolean, OUT numbered boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT coalesce(bool_or(k.column_name <> ALL (given)), false),
           coalesce(bool_or(k.numbered AND k.column_name <> ALL (given)), false)
        INTO hidden, numbered
    FROM dup_select.key_columns(index) k;
END
$$;

ALTER FUNCTION dup_select.hidden_key(regclass, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.hidden_key(regclass, text[]) IS
    'Whether a row of which these columns are given hides a part of its key (a default, a generated column), and whether '
    'that is a number that the server drew from a sequence.';
REVOKE ALL ON FUNCTION dup_select.hidden_key(regclass, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.hidden_key(regclass, text[]) TO PUBLIC;
