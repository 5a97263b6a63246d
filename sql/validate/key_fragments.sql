CREATE OR REPLACE PROCEDURE exograph.key_fragments()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    -- Numbers before bytes: comparing them sorts faster.
    INSERT INTO keys_fragments (number, canonical, file, content_hash, line, end_line)
    SELECT h.id, min(h.id) OVER (PARTITION BY h.file, h.line, h.end_line, h.content_hash), h.file, h.content_hash, h.line,
           h.end_line
    FROM (
        SELECT s.id, k.canonical AS file, s.line, s.end_line, s.content_hash
        FROM staged_fragments s
        JOIN keys_files k ON k.number = s.file_id
        WHERE s.content_hash IS NOT NULL
            AND NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'fragments' AND r.staged_ctid = s.ctid)
        UNION ALL
        SELECT s.id, k.canonical, s.line, s.end_line, exograph.fragment_content_hash(
            p.ecosystem, p.name, v.version, f.sha256, s.kind, s.line, s.end_line, s.exact_hash)
        FROM staged_fragments s
        JOIN keys_files k ON k.number = s.file_id
        JOIN staged_files f ON f.id = k.number
        LEFT JOIN staged_package_versions v ON v.id = f.package_version_id
        LEFT JOIN staged_packages p ON p.id = v.package_id
        WHERE s.content_hash IS NULL
            AND NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'fragments' AND r.staged_ctid = s.ctid)
    ) h;
    ANALYZE keys_fragments;
END
$$;

ALTER PROCEDURE exograph.key_fragments() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.key_fragments() IS
    'Canonical numbers and natural keys of the valid staged fragments; file is the canonical number of theirs, a content hash '
    'that is missing is computed.';
REVOKE ALL ON PROCEDURE exograph.key_fragments() FROM PUBLIC;
