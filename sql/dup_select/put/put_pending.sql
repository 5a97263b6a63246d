CREATE OR REPLACE FUNCTION dup_select.put_pending(level jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN level -> 'path' = '[]' THEN ARRAY[format('NOT %I.%I', level #>> '{made,rows}', level #>> '{made,done}')]
        ELSE dup_select.level_pending(level)
    END
$$;

ALTER FUNCTION dup_select.put_pending(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_pending(jsonb) IS
    'Conditions on the rows of the work table that a level has yet to resolve.';
REVOKE ALL ON FUNCTION dup_select.put_pending(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_pending(jsonb) TO PUBLIC;
