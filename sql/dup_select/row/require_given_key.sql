CREATE OR REPLACE FUNCTION dup_select.require_given_key(new anyelement, key_columns text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_missing text[];
BEGIN
    EXECUTE (SELECT format('SELECT array_remove(ARRAY[%s], NULL)', string_agg(
                        format('CASE WHEN ($1).%I IS NOT DISTINCT FROM NULL THEN %1$L END', k.name), ', ' ORDER BY k.n))
             FROM unnest(key_columns) WITH ORDINALITY AS k (name, n)) INTO v_missing USING new;
    IF cardinality(v_missing) > 0 THEN
        PERFORM dup_select.refuse_return(dup_select.target_table(pg_typeof(new)),
            format('no value is given for key column %s', array_to_string(v_missing, ', ')));
    END IF;
END
$$;

ALTER FUNCTION dup_select.require_given_key(anyelement, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.require_given_key(anyelement, text[]) IS
    'Raises 0A000 where a key column is NULL in the row.';
REVOKE ALL ON FUNCTION dup_select.require_given_key(anyelement, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.require_given_key(anyelement, text[]) TO PUBLIC;
