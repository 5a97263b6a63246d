-- IS NOT DISTINCT FROM NULL and not IS NULL, which is also true of a composite value whose fields are all NULL. Columns are asked
-- about only where it matters, which takes time: NULL means a default, or must not be named for want of a right.
CREATE OR REPLACE FUNCTION dup_select.given_columns(new anyelement) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_columns text[];
    v_tests   text;
    v_left    text[];
BEGIN
    SELECT array_agg(a.attname ORDER BY a.attnum),
           string_agg(format('CASE WHEN ($1).%I IS NOT DISTINCT FROM NULL THEN %1$L END', a.attname), ', ')
               FILTER (WHERE a.atthasdef OR a.attidentity <> ''
                           OR (SELECT t.typdefault FROM pg_type t WHERE t.oid = a.atttypid) IS NOT NULL
                           OR NOT has_column_privilege(a.attrelid, a.attnum, 'INSERT'))
        INTO v_columns, v_tests
    FROM pg_attribute a
    WHERE a.attrelid = (SELECT typrelid FROM pg_type WHERE oid = pg_typeof(new)) AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = '';
    IF v_tests IS NOT NULL THEN
        EXECUTE format('SELECT ARRAY[%s]', v_tests) INTO v_left USING new;
        v_columns := ARRAY(SELECT c FROM unnest(v_columns) WITH ORDINALITY AS u (c, n) WHERE c <> ALL (array_remove(v_left, NULL))
                           ORDER BY n);
    END IF;
    RETURN coalesce(v_columns, '{}');
END
$$;

ALTER FUNCTION dup_select.given_columns(anyelement) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.given_columns(anyelement) IS
    'The columns of a row that an INSERT of it names, in their order: all but those which are generated, and those which are '
    'NULL in the row and have a default, are an identity, or may not be inserted by the caller.';
REVOKE ALL ON FUNCTION dup_select.given_columns(anyelement) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.given_columns(anyelement) TO PUBLIC;
