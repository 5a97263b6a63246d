SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph.file_keys AS
SELECT f.id AS file_id, p.ecosystem, p.name AS package, v.version, f.sha256 AS file_sha256
FROM exograph.files f
LEFT JOIN exograph.package_versions v ON v.id = f.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id;

ALTER VIEW exograph.file_keys OWNER TO exograph_owner;
COMMENT ON VIEW exograph.file_keys IS
    'The natural key of each file. ecosystem, package and version are NULL for a file without package.';
GRANT SELECT ON exograph.file_keys TO exograph_loader, exograph_reader;
