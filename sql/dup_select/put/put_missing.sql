-- The key order keeps concurrent calls from waiting for each other in a circle.
CREATE OR REPLACE FUNCTION dup_select.put_missing(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'%s
SELECT DISTINCT ON (%s)
    %s
FROM %4$s
WHERE %5$s
ORDER BY %2$s, %6$s%7$s',
        dup_select.level_insert_head(level, 0), k.elements,
        dup_select.level_list(dup_select.level_values(level, 'stored'), ', ', 4),
        dup_select.put_rows(level),
        array_to_string(dup_select.put_pending(level) || dup_select.put_has_key(level), ' AND '),
        dup_select.put_row(level),
        coalesce(chr(10) || dup_select.level_conflict_target(level) || ' DO NOTHING', ''))
    FROM (SELECT string_agg(concat(e.value ->> 'value', e.value ->> 'collate'), ', ' ORDER BY e.n) AS elements
          FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)
          WHERE EXISTS (SELECT FROM jsonb_array_elements(level -> 'columns') AS c
                        WHERE strpos(e.value ->> 'value', c.value ->> 'raw') > 0)) AS k
    WHERE level ? 'elements'
$$;

ALTER FUNCTION dup_select.put_missing(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_missing(jsonb) IS
    'INSERT of distinct keys that do not stand. NULL where there is no natural key.';
REVOKE ALL ON FUNCTION dup_select.put_missing(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_missing(jsonb) TO PUBLIC;
