-- SELECT exograph.fact_query(42, 'definitions', false, NULL, NULL) shows the text. Facts of new rows cannot stand in the index
-- yet; only the others are looked up there. The join that finds what stands compares payloads as well, and keeps only the facts
-- that lack, or differ: of a reload that is nothing.
CREATE OR REPLACE FUNCTION exograph.fact_query(
    load_id integer, table_name text, fresh boolean, offsets jsonb, versioned boolean
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_parts   record := exograph.fact_parts(table_name, offsets, versioned);
    v_match   record := exograph.match_facts(table_name);
    v_columns text   := array_to_string(v_parts.columns, ', ');
    v_target  text   := format('INSERT INTO %I (%s)', 'new_' || table_name, v_columns);
    v_facts   text   := format(
'SELECT %s
%s
WHERE %s',
        (SELECT string_agg(format('%s AS %s', p.value, p.name), ', ')
         FROM unnest(v_parts.columns, v_parts.values) AS p (name, value)),
        v_parts.joins, CASE WHEN fresh THEN v_parts.inserted ELSE 'NOT ' || v_parts.inserted END);
BEGIN
    RETURN CASE
        WHEN fresh THEN concat_ws(chr(10), v_target, v_facts)
        WHEN v_match.differing IS NULL THEN format(
'%s
SELECT * FROM (%s) f
WHERE NOT EXISTS (SELECT FROM exograph.%I d WHERE %s)',
            v_target, v_facts, table_name, v_match.equal)
        ELSE format(
'WITH compared AS (
    SELECT f.*, d.load_id IS NOT NULL AS stands
    FROM (%1$s) f
    LEFT JOIN exograph.%2$I d ON %3$s
    WHERE d.load_id IS NULL OR %4$s
), conflicts AS (
    UPDATE exograph.load_tables t SET conflicting = t.conflicting + (SELECT count(*) FROM compared c WHERE c.stands)
    WHERE t.load_id = %5$s AND t.table_name = %2$L
)
%6$s
SELECT %7$s FROM compared c WHERE NOT c.stands',
            v_facts, table_name, v_match.equal, v_match.differing, load_id, v_target, v_columns)
    END;
END
$$;

ALTER FUNCTION exograph.fact_query(integer, text, boolean, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.fact_query(integer, text, boolean, jsonb, boolean) IS
    'Text of the statement that fills new_<table> from the staged facts: with those of rows that this load inserted (fresh), '
    'or with the others as far as they do not stand, counting those that do with another payload as conflicting. '
    'offsets, versioned: as in fact_parts.';
REVOKE ALL ON FUNCTION exograph.fact_query(integer, text, boolean, jsonb, boolean) FROM PUBLIC;
