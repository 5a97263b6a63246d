-- Four statements, as IS NOT DISTINCT FROM uses no index.
CREATE OR REPLACE FUNCTION exograph.find_comment(file_id bigint, line integer, col integer, text text) RETURNS exograph.comments
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_digest   bytea := exograph.text_digest(text);
    v_standing exograph.comments;
BEGIN
    IF num_nulls(line, col) = 0 THEN
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line = find_comment.line AND d.col = find_comment.col
            AND exograph.text_digest(d.text) = v_digest;
    ELSIF line IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line = find_comment.line AND d.col IS NULL
            AND exograph.text_digest(d.text) = v_digest;
    ELSIF col IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line IS NULL AND d.col = find_comment.col
            AND exograph.text_digest(d.text) = v_digest;
    ELSE
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line IS NULL AND d.col IS NULL
            AND exograph.text_digest(d.text) = v_digest;
    END IF;
    RETURN v_standing;
END
$$;

ALTER FUNCTION exograph.find_comment(bigint, integer, integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.find_comment(bigint, integer, integer, text) IS
    'The comment with this identity in any partition; NULLs are equal in line and col. NULL where none stands.';
REVOKE ALL ON FUNCTION exograph.find_comment(bigint, integer, integer, text) FROM PUBLIC;
