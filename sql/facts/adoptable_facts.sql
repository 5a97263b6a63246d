-- The same look-ups as those of merge_files and merge_terms, made before the gate is closed: what they find may be a little
-- less than what will stand.
CREATE OR REPLACE FUNCTION exograph.adoptable_facts(load_id integer, partition_threshold bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_standing bigint;
BEGIN
    SELECT count(*) INTO v_standing
    FROM keys_files k
    JOIN staged_files s ON s.id = k.number
    LEFT JOIN staged_package_versions sv ON sv.id = k.package_version
    LEFT JOIN staged_packages sp ON sp.id = sv.package_id
    LEFT JOIN exograph.packages p ON p.ecosystem = sp.ecosystem AND p.name = sp.name
    LEFT JOIN exograph.package_versions v ON v.package_id = p.id AND v.version = sv.version
    LEFT JOIN exograph.files f ON f.package_version_id = v.id AND f.sha256 = s.sha256
    LEFT JOIN exograph.files l ON k.package_version IS NULL AND l.package_version_id IS NULL AND l.sha256 = s.sha256
    WHERE f.id IS NOT NULL OR l.id IS NOT NULL;
    IF v_standing > (SELECT count(*) FROM keys_files) / 10 THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT t.table_name
        FROM exograph.load_tables t
        WHERE t.load_id = adoptable_facts.load_id AND t.staged - t.rejected >= greatest(partition_threshold, 1)
            AND t.table_name IN (SELECT c.table_name FROM exograph.staging_columns c WHERE c.identity)
            AND NOT (t.table_name = 'fragment_terms' AND EXISTS (
                SELECT FROM staged_terms s JOIN exograph.terms x ON exograph.text_digest(x.term) = exograph.text_digest(s.term)))
        ORDER BY t.position);
END
$$;

ALTER FUNCTION exograph.adoptable_facts(integer, bigint) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.adoptable_facts(integer, bigint) IS
    'Fact tables of a load with reserved ids that will probably become partitions as they are staged: at most a tenth of the '
    'files stands, and, for fragment_terms, none of the terms.';
REVOKE ALL ON FUNCTION exograph.adoptable_facts(integer, bigint) FROM PUBLIC;
