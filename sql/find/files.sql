SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_find.placed_files WITH (security_invoker = true) AS
SELECT f.id AS file_id, p.ecosystem, p.name AS package, v.version, f.path
FROM exograph.files f
LEFT JOIN exograph.package_versions v ON v.id = f.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id;

COMMENT ON VIEW exograph_find.placed_files IS
    'Files by the names of what they are in, which are NULL for a file without package; path is the first of its paths.';
