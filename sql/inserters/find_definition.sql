-- Four statements, as IS NOT DISTINCT FROM uses no index. OFFSET 0 keeps the planner from the index on qualified_name, which
-- thousands may share: with plans made for one row, the second 5,000 references to one name took 18 s instead of 0.7 s.
CREATE OR REPLACE FUNCTION exograph.find_definition(
    file_id bigint, line integer, col integer, kind text, qualified_name text
) RETURNS exograph.definitions
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_standing exograph.definitions;
BEGIN
    IF num_nulls(line, col) = 0 THEN
        SELECT d.* INTO v_standing
        FROM (SELECT i.* FROM exograph.definitions i
              WHERE i.file_id = find_definition.file_id AND i.line = find_definition.line AND i.col = find_definition.col
              OFFSET 0) d
        WHERE d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    ELSIF line IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM (SELECT i.* FROM exograph.definitions i
              WHERE i.file_id = find_definition.file_id AND i.line = find_definition.line AND i.col IS NULL
              OFFSET 0) d
        WHERE d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    ELSIF col IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM exograph.definitions d
        WHERE d.file_id = find_definition.file_id AND d.line IS NULL AND d.col = find_definition.col
            AND d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    ELSE
        SELECT d.* INTO v_standing
        FROM exograph.definitions d
        WHERE d.file_id = find_definition.file_id AND d.line IS NULL AND d.col IS NULL
            AND d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    END IF;
    RETURN v_standing;
END
$$;

ALTER FUNCTION exograph.find_definition(bigint, integer, integer, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.find_definition(bigint, integer, integer, text, text) IS
    'The definition with this identity in any partition; NULLs are equal in line and col. NULL where none stands.';
REVOKE ALL ON FUNCTION exograph.find_definition(bigint, integer, integer, text, text) FROM PUBLIC;
