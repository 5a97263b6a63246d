CREATE OR REPLACE VIEW exograph_in.definitions WITH (security_invoker = true) AS
SELECT d.package_id, d.package_version_id, d.file_id, d.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, d.kind, d.module, d.name,
       d.arity, d.qualified_name, d.line, d.col
FROM exograph.definitions d
JOIN exograph.file_keys k ON k.file_id = d.file_id
LEFT JOIN exograph.fragments g ON g.id = d.fragment_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.definitions
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_definition INSTEAD OF INSERT ON exograph_in.definitions
FOR EACH ROW EXECUTE FUNCTION exograph.insert_definition();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.definitions
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.definitions
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.definitions OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.definitions IS
    'Inserter view of definitions; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand. Nothing is inserted where the fact stands in any partition. RETURNING gives the row '
    'that stands; columns that name parents by key come back as given.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.definitions TO exograph_loader;
