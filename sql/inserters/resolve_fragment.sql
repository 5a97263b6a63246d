-- Producers may hash text alone, so that one hash stands in many files: that of the row's own file is meant.
CREATE OR REPLACE FUNCTION exograph.resolve_fragment(fragment_id bigint, content_hash bytea, file_id bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_ids  bigint[];
    v_hash bytea;
BEGIN
    IF fragment_id IS NOT NULL THEN
        SELECT f.content_hash INTO v_hash FROM exograph.fragments f WHERE f.id = resolve_fragment.fragment_id;
        IF NOT FOUND THEN
            CALL exograph.raise_missing_parent('fragments', format('id %s', fragment_id));
        ELSIF content_hash <> v_hash THEN
            CALL exograph.raise_contradiction('content_hash', content_hash::text, 'fragment_id', fragment_id, v_hash::text);
        END IF;
        RETURN fragment_id;
    ELSIF content_hash IS NULL THEN
        RETURN NULL;
    END IF;
    v_ids := ARRAY(SELECT f.id FROM exograph.fragments f
                   WHERE f.content_hash = resolve_fragment.content_hash AND f.file_id = resolve_fragment.file_id
                   LIMIT 2);
    IF v_ids = '{}' THEN
        v_ids := ARRAY(SELECT f.id FROM exograph.fragments f WHERE f.content_hash = resolve_fragment.content_hash LIMIT 2);
    END IF;
    CASE cardinality(v_ids)
        WHEN 0 THEN
            CALL exograph.raise_missing_parent('fragments', format('content_hash %s', content_hash));
        WHEN 1 THEN
            RETURN v_ids[1];
        ELSE
            RAISE EXCEPTION 'content_hash % is that of several fragments', content_hash USING ERRCODE = 'XG010',
                DETAIL = format('Two of them have the ids %s and %s.', v_ids[1], v_ids[2]),
                HINT = 'A content hash names the one fragment of the row''s file, or of all, that has it: name this one by id.';
    END CASE;
END
$$;

ALTER FUNCTION exograph.resolve_fragment(bigint, bytea, bigint) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_fragment(bigint, bytea, bigint) IS
    'Id of the fragment that a row names by id or by content hash; of several with that hash the one of the row''s file, '
    'which may be NULL. NULL where none is named. Errors: 23503, XG010 where two could be meant.';
REVOKE ALL ON FUNCTION exograph.resolve_fragment(bigint, bytea, bigint) FROM PUBLIC;
