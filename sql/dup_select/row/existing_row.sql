-- A value that is NULL can be a duplicate only where NULLs are not distinct. Which are NULL is asked first: an OR over both
-- cases would not use the index.
CREATE OR REPLACE FUNCTION dup_select.existing_row(new anyelement, index regclass) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_target    pg_catalog.regclass := dup_select.target_table(pg_catalog.pg_typeof(new));
    v_facts     record;
    v_nulls     boolean[];
    v_condition pg_catalog.text;
BEGIN
    SELECT * INTO v_facts FROM dup_select.index_facts(index);
    IF v_facts.nulls_not_distinct THEN
        EXECUTE (SELECT pg_catalog.format('SELECT ARRAY[%s]', pg_catalog.string_agg(
                     pg_catalog.format('%s IS NOT DISTINCT FROM NULL', p.given), ', ' ORDER BY p.part))
                 FROM dup_select.key_parts(index) p) INTO v_nulls USING new;
    END IF;
    SELECT pg_catalog.string_agg(
               CASE
                   WHEN v_nulls[p.part] THEN pg_catalog.format('%s IS NOT DISTINCT FROM NULL', p.stored)
                   ELSE pg_catalog.format('%s %s %s', p.stored, p.operator_name, p.given)
               END, ' AND ' ORDER BY p.part)
        INTO v_condition
    FROM dup_select.key_parts(index) p;
    RETURN QUERY EXECUTE pg_catalog.format('SELECT %s %s WHERE %s AND (%s)',
        dup_select.column_list(v_target), dup_select.from_table(v_facts.indexed), v_condition,
        coalesce(pg_catalog.pg_get_expr(v_facts.predicate, v_facts.indexed), 'true')) USING new;
END
$$;

ALTER FUNCTION dup_select.existing_row(anyelement, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.existing_row(anyelement, regclass) IS
    'The row whose key in a unique index is that of the given row, found by a scan of that index; no row where it has gone, '
    'or where the caller''s snapshot or a row security policy hides it.';
REVOKE ALL ON FUNCTION dup_select.existing_row(anyelement, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.existing_row(anyelement, regclass) TO PUBLIC;
