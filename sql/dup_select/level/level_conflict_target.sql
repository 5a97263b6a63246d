CREATE OR REPLACE FUNCTION dup_select.level_conflict_target(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('ON CONFLICT (%s)%s',
        (SELECT string_agg(e.value ->> 'element', ', ' ORDER BY e.n)
         FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)),
        ' WHERE ' || (level ->> 'where'))
    WHERE level ? 'index'
$$;

ALTER FUNCTION dup_select.level_conflict_target(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_conflict_target(jsonb) IS
    'How ON CONFLICT names the natural key. NULL where there is none.';
REVOKE ALL ON FUNCTION dup_select.level_conflict_target(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_conflict_target(jsonb) TO PUBLIC;
