-- A small index to ask: two versions of a package, and a package that uses it.
\set ON_ERROR_STOP on
SELECT exograph.begin_load('to ask') AS load_id \gset
SELECT exograph.staging_schema(:load_id) AS staging \gset
BEGIN;
SET LOCAL search_path TO :"staging";

INSERT INTO staged_packages (id, ecosystem, name) VALUES (1, 'hex', 'store'), (2, 'hex', 'shop');
INSERT INTO staged_package_versions (id, package_id, version) VALUES (1, 1, '1.0'), (2, 1, '1.1'), (3, 2, '0.3');
INSERT INTO staged_files (id, package_version_id, path, source, sha256)
SELECT f.id, f.version, f.path, f.source, sha256(f.source::bytea)
FROM (VALUES
    (1, 1, 'lib/store.ex', 'defmodule Store do
  # Fetches one row. TODO: cache it.
  def get(id), do: Store.Query.one(id)
  def all, do: Store.Query.all()
end
'),
    (2, 1, 'lib/query.ex', 'defmodule Store.Query do
  def one(id), do: run([id])
  def all, do: run([])
  defp run(ids), do: ids
end
'),
    (3, 2, 'lib/store.ex', 'defmodule Store do
  # Fetches one row.
  def get(id), do: id |> Store.Query.one()
  def all, do: Store.Query.all()
  def count, do: length(all())
end
'),
    (4, 2, 'lib/store/query.ex', 'defmodule Store.Query do
  def one(id), do: run([id])
  def all, do: run([])
  defp run(ids), do: ids
end
'),
    (5, 3, 'lib/cart.ex', 'defmodule Cart do
  def total(id), do: Store.get(id)
  def load(id), do: run([id, id])
  defp run(ids), do: ids
end
')) AS f (id, version, path, source);

-- A fragment, its definition and its node have one number: hash and parts tell alike ones from others.
CREATE TEMPORARY TABLE function_rows ON COMMIT DROP AS
SELECT f.*, concat(f.module, '.', f.name, '/', f.arity) AS qualified_name
FROM (VALUES
    (1, 1, 'Store', 'get', 1, 3, 'get', '{11,12}'::bigint[]),
    (2, 1, 'Store', 'all', 0, 4, 'store all', '{21}'),
    (3, 2, 'Store.Query', 'one', 1, 2, 'one', '{31,32,33}'),
    (4, 2, 'Store.Query', 'all', 0, 3, 'query all', '{31}'),
    (5, 2, 'Store.Query', 'run', 1, 4, 'run', '{51}'),
    (6, 3, 'Store', 'get', 1, 3, 'get by pipe', '{11,12,13}'),
    (7, 3, 'Store', 'all', 0, 4, 'store all', '{21}'),
    (8, 3, 'Store', 'count', 0, 5, 'count', '{81}'),
    (9, 4, 'Store.Query', 'one', 1, 2, 'one', '{31,32,33}'),
    (10, 4, 'Store.Query', 'all', 0, 3, 'query all', '{31}'),
    (11, 4, 'Store.Query', 'run', 1, 4, 'run', '{51}'),
    (12, 5, 'Cart', 'total', 1, 2, 'total', '{121}'),
    (13, 5, 'Cart', 'load', 1, 3, 'load', '{31,32,34}'),
    (14, 5, 'Cart', 'run', 1, 4, 'run', '{51}'))
    AS f (id, file_id, module, name, arity, line, hash, parts);
INSERT INTO staged_fragments (id, file_id, ast, kind, module, name, arity, line, end_line, mass, exact_hash, sub_hashes)
SELECT f.id, f.file_id, '\x01'::bytea, 'function', f.module, f.name, f.arity, f.line, f.line,
       4 + cardinality(f.parts), sha256(f.hash::bytea), f.parts
FROM function_rows f
UNION ALL
SELECT 20 + f.file_id, f.file_id, '\x02'::bytea, 'module', NULL, f.module, NULL, 1, max(f.line) + 1, 20, 
       sha256(string_agg(f.hash, ' ' ORDER BY f.line)::bytea), '{}'
FROM function_rows f GROUP BY f.file_id, f.module;
INSERT INTO staged_definitions (file_id, fragment_id, kind, module, name, arity, qualified_name, line, col)
SELECT f.file_id, f.id, 'function', f.module, f.name, f.arity, f.qualified_name, f.line, 7 FROM function_rows f
UNION ALL
SELECT f.file_id, 20 + f.file_id, 'module', NULL, f.module, NULL, f.module, 1, 11 FROM function_rows f GROUP BY f.file_id, f.module;
INSERT INTO staged_graph_nodes (id, file_id, fragment_id, engine, kind, module, name, arity, qualified_name, line)
SELECT f.id, f.file_id, f.id, 'elixir', 'function', f.module, f.name, f.arity, f.qualified_name, f.line FROM function_rows f;
INSERT INTO staged_call_edges (file_id, caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, line, col)
SELECT a.file_id, a.id, b.id, a.qualified_name, b.qualified_name, a.line, 20
FROM (VALUES (1, 3), (2, 4), (3, 5), (4, 5), (6, 9), (7, 10), (8, 7), (9, 11), (10, 11), (12, 6), (13, 14)) AS c (caller, callee)
JOIN function_rows a ON a.id = c.caller
JOIN function_rows b ON b.id = c.callee;
INSERT INTO staged_symbol_references (file_id, fragment_id, kind, module, name, arity, qualified_name, line, col)
SELECT e.file_id, e.caller_node_id, 'call', b.module, b.name, b.arity, b.qualified_name, e.line, e.col
FROM staged_call_edges e JOIN function_rows b ON b.id = e.callee_node_id;
INSERT INTO staged_comments (file_id, fragment_id, text, line, col)
VALUES (1, 1, 'Fetches one row. TODO: cache it.', 2, 3), (3, 6, 'Fetches one row.', 2, 3);
INSERT INTO staged_terms (id, term) VALUES (1, 'node:def'), (2, 'arity:1'), (3, 'call:run/1'), (4, 'pipe');
INSERT INTO staged_fragment_terms (fragment_id, term_id)
SELECT f.id, 1 FROM function_rows f
UNION ALL SELECT f.id, 2 FROM function_rows f WHERE f.arity = 1
UNION ALL SELECT e.caller_node_id, 3 FROM staged_call_edges e WHERE e.callee_qualified_name LIKE '%.run/1'
UNION ALL SELECT 6, 4;
COMMIT;
CALL exograph.finalize_load(:load_id);
