CREATE OR REPLACE PROCEDURE exograph.key_fragments()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_fragments (number, canonical, content_hash)
    SELECT h.id, min(h.id) OVER (PARTITION BY h.content_hash), h.content_hash
    FROM (
        SELECT s.id, s.content_hash
        FROM staged_fragments s
        WHERE s.content_hash IS NOT NULL
            AND NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'fragments' AND r.staged_ctid = s.ctid)
        UNION ALL
        SELECT s.id, exograph.fragment_content_hash(
            p.ecosystem, p.name, v.version, f.sha256, s.kind, s.line, s.end_line, s.exact_hash)
        FROM staged_fragments s
        JOIN staged_files f ON f.id = s.file_id
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
    'Canonical numbers and content hashes of the valid staged fragments; a hash that is missing is computed.';
REVOKE ALL ON PROCEDURE exograph.key_fragments() FROM PUBLIC;
