CREATE OR REPLACE FUNCTION exograph.resolve_fragment(fragment_id bigint, content_hash bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_id   bigint;
    v_hash bytea;
BEGIN
    IF fragment_id IS NOT NULL THEN
        SELECT f.id, f.content_hash INTO v_id, v_hash FROM exograph.fragments f WHERE f.id = resolve_fragment.fragment_id;
        IF NOT FOUND THEN
            CALL exograph.raise_missing_parent('fragments', format('id %s', fragment_id));
        ELSIF content_hash <> v_hash THEN
            CALL exograph.raise_contradiction('content_hash', content_hash::text, 'fragment_id', fragment_id, v_hash::text);
        END IF;
    ELSIF content_hash IS NOT NULL THEN
        SELECT f.id INTO v_id FROM exograph.fragments f WHERE f.content_hash = resolve_fragment.content_hash;
        IF NOT FOUND THEN
            CALL exograph.raise_missing_parent('fragments', format('content_hash %s', content_hash));
        END IF;
    END IF;
    RETURN v_id;
END
$$;

ALTER FUNCTION exograph.resolve_fragment(bigint, bytea) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_fragment(bigint, bytea) IS
    'Id of the fragment that a row names by id or by content hash. NULL where none is named. Errors: 23503, XG010.';
REVOKE ALL ON FUNCTION exograph.resolve_fragment(bigint, bytea) FROM PUBLIC;
