\set ON_ERROR_STOP on

-- Package, version and file in one statement: what does not exist is made, ids come back.
INSERT INTO exograph_in.files (ecosystem, package, version, path, source, sha256)
VALUES ('hex', 'greeter', '1.1.0', 'lib/greeter.ex', 'def hello, do: :world', sha256('def hello, do: :world'))
RETURNING id, package_id, package_version_id;

-- A fact names its file by id, or by version and sha256. What exists is found, not changed.
INSERT INTO exograph_in.definitions (ecosystem, package, version, file_sha256, kind, name, arity, qualified_name, line, col)
VALUES ('hex', 'greeter', '1.1.0', sha256('def hello, do: :world'), 'function', 'hello', 0, 'Greeter.hello/0', 1, 5),
       ('hex', 'greeter', '1.1.0', sha256('def hello, do: :world'), 'function', 'hello', 0, 'Greeter.hello/0', 1, 5)
RETURNING file_id, qualified_name;

-- COPY goes into a view as it goes into a table.
\copy exograph_in.terms (term) FROM terms.csv CSV HEADER

SELECT d.qualified_name, count(*) FROM exograph_in.definitions d WHERE d.package = 'greeter' GROUP BY d.qualified_name;
