-- A column that may be named after SET: where there is a choice, one that is in no unique index, because a row is then locked
-- as for a change that leaves its keys alone, and foreign keys to it can still be checked.
CREATE OR REPLACE FUNCTION dup_select.settable_column(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT a.attname
        FROM pg_attribute a
        WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
        ORDER BY has_column_privilege(target, a.attnum, 'UPDATE') DESC,
                 EXISTS (SELECT FROM pg_index i
                         WHERE i.indrelid = target AND i.indisunique AND a.attnum = ANY (i.indkey::smallint[])),
                 a.attnum
        LIMIT 1);
END
$$;

ALTER FUNCTION dup_select.settable_column(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.settable_column(regclass) IS
    'The column that an UPDATE of a row by the caller may best name. NULL where the server fills all of them.';
REVOKE ALL ON FUNCTION dup_select.settable_column(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.settable_column(regclass) TO PUBLIC;
