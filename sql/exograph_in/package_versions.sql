SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.package_versions WITH (security_invoker = true) AS
SELECT v.id, v.package_id, p.ecosystem, p.name AS package, v.version, v.source_ref, v.checksum, v.metadata
FROM exograph.package_versions v
JOIN exograph.packages p ON p.id = v.package_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.package_versions
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_package_version INSTEAD OF INSERT ON exograph_in.package_versions
FOR EACH ROW EXECUTE FUNCTION exograph.insert_package_version();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.package_versions
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.package_versions
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.package_versions OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.package_versions IS
    'Inserter view of package versions; the package is named by package_id, or by ecosystem and package, and made if it does '
    'not stand. RETURNING gives the row that stands; columns that name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.package_versions.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.package_versions.package_id IS 'Names the package in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.package_versions.ecosystem IS 'Names the package, with package. Comes back as given.';
COMMENT ON COLUMN exograph_in.package_versions.package IS 'Names the package, with ecosystem. Comes back as given.';
COMMENT ON COLUMN exograph_in.package_versions.version IS 'Required. The key, with the package.';
COMMENT ON COLUMN exograph_in.package_versions.source_ref IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.package_versions.checksum IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.package_versions.metadata IS 'NULL is {}. Comes back.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.package_versions TO exograph_loader;
