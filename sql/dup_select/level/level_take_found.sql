CREATE OR REPLACE FUNCTION dup_select.level_take_found(level jsonb, targets text[], is_target boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'
        IF %spg_catalog.current_setting(%s) OPERATOR(pg_catalog.<>) '''' THEN%s%s
        END IF;',
        CASE WHEN NOT is_target THEN 'NOT FOUND AND ' END,
        dup_select.level_found_setting(),
        (SELECT string_agg(format('
            %s := pg_catalog.current_setting(%s)::pg_catalog.jsonb OPERATOR(pg_catalog.->>) %s;',
                   t.name, dup_select.level_found_setting(), t.n - 1), '' ORDER BY t.n)
         FROM unnest(targets) WITH ORDINALITY AS t (name, n)),
        CASE WHEN is_target THEN chr(10) || repeat(' ', 12) || 'RETURN NEW;' END)
    WHERE (level ->> 'triggered')::boolean AND level ? 'index'
$$;

ALTER FUNCTION dup_select.level_take_found(jsonb, text[], boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_take_found(jsonb, text[], boolean) IS
    'The part of the trigger that takes over what ON CONFLICT told of the row that stands. NULL where no BEFORE trigger may have '
    'changed the key.';
REVOKE ALL ON FUNCTION dup_select.level_take_found(jsonb, text[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_take_found(jsonb, text[], boolean) TO PUBLIC;
