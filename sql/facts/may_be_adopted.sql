-- The same look-ups as those of merge_files and merge_terms, made before the gate is closed: what they find may be a little
-- less than what will stand.
CREATE OR REPLACE FUNCTION exograph.may_be_adopted(table_name text) RETURNS boolean
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
    RETURN v_standing <= (SELECT count(*) FROM keys_files) / 10
        AND NOT (table_name = 'fragment_terms' AND EXISTS (
            SELECT FROM staged_terms s JOIN exograph.terms t ON exograph.text_digest(t.term) = exograph.text_digest(s.term)));
END
$$;

ALTER FUNCTION exograph.may_be_adopted(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.may_be_adopted(text) IS
    'Whether staged facts with reserved ids will probably be adopted as they are: at most a tenth of the files stands, and, for '
    'fragment_terms, none of the terms.';
REVOKE ALL ON FUNCTION exograph.may_be_adopted(text) FROM PUBLIC;
