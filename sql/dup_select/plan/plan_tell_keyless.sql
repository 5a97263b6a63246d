CREATE OR REPLACE FUNCTION dup_select.plan_tell_keyless(target jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF NOT target ? 'elements' THEN
        RAISE NOTICE 'no unique key of % is filled by the mapping: every row given is a new one', target ->> 'table'
            USING HINT = format('natural_keys => %L names the columns that tell its rows apart.',
                jsonb_build_object(target ->> 'table', jsonb_build_array('a_column', 'another')));
    ELSIF NOT target ? 'index' THEN
        RAISE NOTICE 'no unique index of % is on the columns that natural_keys names: sessions at once may insert the same row',
            target ->> 'table';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_tell_keyless(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_tell_keyless(jsonb) IS
    'A NOTICE where nothing keeps rows of the target from being there twice.';
REVOKE ALL ON FUNCTION dup_select.plan_tell_keyless(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_tell_keyless(jsonb) TO PUBLIC;
