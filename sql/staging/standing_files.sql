-- A number that is NULL or used twice stands for no row. Two joins for files with and without package, as in merge_files.
-- Of "count(*) = 1" the planner expects one group in 200, and then joins all versions with all packages row by row.
CREATE OR REPLACE FUNCTION exograph.standing_files(first bigint DEFAULT NULL, last bigint DEFAULT NULL)
RETURNS TABLE (number bigint, file_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH asked AS (
            SELECT s.id, s.package_version_id, s.sha256
            FROM staged_files s
            WHERE (standing_files.first IS NULL OR s.id >= standing_files.first)
                AND (standing_files.last IS NULL OR s.id <= standing_files.last)
        ), asked_versions AS (
            SELECT v.id, min(v.package_id) AS package_id, min(v.version) AS version
            FROM staged_package_versions v
            WHERE v.id IN (SELECT a.package_version_id FROM asked a)
            GROUP BY v.id HAVING count(*) < 2
        ), asked_packages AS (
            SELECT p.id, min(p.ecosystem) AS ecosystem, min(p.name) AS name
            FROM staged_packages p
            WHERE p.id IN (SELECT v.package_id FROM asked_versions v)
            GROUP BY p.id HAVING count(*) < 2
        )
        SELECT a.id, CASE WHEN count(*) = 1 AND a.id IS NOT NULL THEN min(coalesce(f.id, l.id)) END
        FROM asked a
        LEFT JOIN asked_versions sv ON sv.id = a.package_version_id
        LEFT JOIN asked_packages sp ON sp.id = sv.package_id
        LEFT JOIN exograph.packages p ON p.ecosystem = sp.ecosystem AND p.name = sp.name
        LEFT JOIN exograph.package_versions v ON v.package_id = p.id AND v.version = sv.version
        LEFT JOIN exograph.files f ON f.package_version_id = v.id AND f.sha256 = a.sha256
        LEFT JOIN exograph.files l
            ON a.package_version_id IS NULL AND l.package_version_id IS NULL AND l.sha256 = a.sha256
        GROUP BY a.id;
END
$$;

ALTER FUNCTION exograph.standing_files(bigint, bigint) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.standing_files(bigint, bigint) IS
    'The staged files of the load on the search path with numbers from first to last (NULL: from the least, to the greatest), '
    'each with the id of the file of its natural key that stands in the index, NULL where none does.';
REVOKE ALL ON FUNCTION exograph.standing_files(bigint, bigint) FROM PUBLIC;
