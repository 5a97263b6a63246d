\ir index.sql

-- Where is it defined? The end of a qualified name will do, in whole parts, with or without the arity.
SELECT version, path, line, kind, qualified_name FROM exograph_find.definitions('Store.get');

-- With % it is a pattern of qualified names. Two rows of it, and the next two.
SELECT version, path, line, qualified_name FROM exograph_find.definitions('Store.Query.%', page => 2);
SELECT version, path, line, qualified_name
FROM exograph_find.definitions(
    'Store.Query.%', page => 2,
    after => (SELECT place FROM exograph_find.definitions('Store.Query.%', page => 2) OFFSET 1));

-- Where is it referred to, and in which package?
SELECT package, version, path, line, col, kind, qualified_name FROM exograph_find.references_to('run', package => 'shop');

-- Who calls it, and who calls those? What does it call, as far as that goes? How does one come to call another?
SELECT level, caller, callee, package, path, line FROM exograph_find.callers('Query.one', depth => 3, version => '1.1');
SELECT level, caller, callee FROM exograph_find.callees('Cart.total', depth => NULL);
SELECT level, caller, callee, path, line FROM exograph_find.call_path('Cart.total', 'Query.run');

-- Which fragments hold all of some terms?
SELECT package, version, path, line, name
FROM exograph_find.fragments_with('{node:def,call:run/1}', package => 'shop');

-- Where else is this fragment, this file? What is similar?
SELECT c.package, c.version, c.path, c.line, c.name
FROM exograph_find.definitions('Cart.run') d CROSS JOIN exograph_find.copies_of(d.fragment_id) c;
SELECT c.package, c.version, c.path
FROM exograph_find.file('lib/query.ex') f CROSS JOIN exograph_find.copies_of_file(f.file_id) c;
SELECT s.similarity, s.package, s.version, s.path, s.name
FROM exograph_find.definitions('Cart.load') d CROSS JOIN exograph_find.similar(d.fragment_id, minimum => 0.4) s;

-- What do two packages have in common?
SELECT kind, path, line, name, copies, other_path, other_line, other_copies FROM exograph_find.shared_code('shop', 'store');

-- What differs between two versions?
SELECT what, change, name, path, old_path FROM exograph_find.changes('store', '1.0', '1.1');

-- Which lines match a regular expression, in sources and in comments?
SELECT version, path, line, col, found_in, match, text FROM exograph_find.text('TODO|cach\w+', comments => true);

-- The file itself, and what is in it.
SELECT package, version, paths, lines, bytes FROM exograph_find.file('lib/cart.ex');
SELECT repeat('  ', o.depth) || o.kind || ' ' || o.name AS outline, o.line, o.end_line
FROM exograph_find.file('lib/cart.ex') f CROSS JOIN exograph_find.outline(f.file_id) o;
