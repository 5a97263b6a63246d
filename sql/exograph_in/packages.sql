SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.packages WITH (security_invoker = true) AS
SELECT p.id, p.ecosystem, p.name, p.metadata
FROM exograph.packages p;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.packages
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_package INSTEAD OF INSERT ON exograph_in.packages
FOR EACH ROW EXECUTE FUNCTION exograph.insert_package();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.packages
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.packages
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.packages OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.packages IS
    'Inserter view of packages. RETURNING gives the row that stands, inserted now or before. metadata: NULL is {}.';
COMMENT ON COLUMN exograph_in.packages.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.packages.ecosystem IS 'Required. The key, with name.';
COMMENT ON COLUMN exograph_in.packages.name IS 'Required. The key, with ecosystem.';
COMMENT ON COLUMN exograph_in.packages.metadata IS 'NULL is {}. Comes back.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.packages TO exograph_loader;
