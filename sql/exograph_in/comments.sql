SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.comments WITH (security_invoker = true) AS
SELECT c.package_id, c.package_version_id, c.file_id, c.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, c.text, c.line, c.col
FROM exograph.comments c
JOIN exograph.file_keys k ON k.file_id = c.file_id
LEFT JOIN exograph.fragments g ON g.id = c.fragment_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.comments
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_comment INSTEAD OF INSERT ON exograph_in.comments
FOR EACH ROW EXECUTE FUNCTION exograph.insert_comment();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.comments
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.comments
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.comments OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.comments IS
    'Inserter view of comments; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand. Nothing is inserted where the fact stands in any partition. RETURNING gives the row '
    'that stands; columns that name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.comments.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.comments.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.comments.file_id IS
    'Names the file in place of its version and file_sha256. Comes back. Required, or its key.';
COMMENT ON COLUMN exograph_in.comments.fragment_id IS
    'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.comments.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.file_sha256 IS
    'Names the file, with its version; without any, a file of no package. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.fragment_content_hash IS
    'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.text IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.comments.line IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.comments.col IS 'Part of the identity, as given; may be NULL.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.comments TO exograph_loader;
