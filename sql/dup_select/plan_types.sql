SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE TYPE dup_select_private.slot AS (record text, name text);
COMMENT ON TYPE dup_select_private.slot IS 'Where a value is while the statements run: a variable, or a column of a row.';
COMMENT ON COLUMN dup_select_private.slot.record IS
    'NEW in a trigger, the alias of the work table in put_table, NULL for a variable.';

CREATE TYPE dup_select_private.input_column AS (name text, type text);
COMMENT ON TYPE dup_select_private.input_column IS 'A column of the input: of the input table, or one that the mapping names.';

CREATE TYPE dup_select_private.plan_column AS (
    facts dup_select_private.column_facts, expression text, input text, direct boolean, as_text boolean, out_name text, held text,
    slot dup_select_private.slot, echo boolean);
COMMENT ON TYPE dup_select_private.plan_column IS
    'A column that the statements fill: from the input, or with the key of a parent.';
COMMENT ON COLUMN dup_select_private.plan_column.facts IS 'What the catalog says of it.';
COMMENT ON COLUMN dup_select_private.plan_column.expression IS 'As mapped. NULL where only a parent fills it.';
COMMENT ON COLUMN dup_select_private.plan_column.input IS 'The input column, where the expression is nothing but its name.';
COMMENT ON COLUMN dup_select_private.plan_column.direct IS 'It is that input column as it comes, of the same type.';
COMMENT ON COLUMN dup_select_private.plan_column.as_text IS 'No INSERT casts the expression to its type: it goes in as text.';
COMMENT ON COLUMN dup_select_private.plan_column.out_name IS
    'Where a parent fills it, the column of the view that gives it back.';
COMMENT ON COLUMN dup_select_private.plan_column.held IS 'Name of the variable, or of the column of the work table, for it.';
COMMENT ON COLUMN dup_select_private.plan_column.slot IS 'Where its value is before the row is looked up.';
COMMENT ON COLUMN dup_select_private.plan_column.echo IS 'NEW itself gets the default first, so that RETURNING shows it.';

CREATE TYPE dup_select_private.plan_part AS (
    facts dup_select_private.key_part, given boolean, absent boolean, value text);
COMMENT ON TYPE dup_select_private.plan_part IS 'A part of a natural key, as a new row has it.';
COMMENT ON COLUMN dup_select_private.plan_part.facts IS 'What the catalog says of it.';
COMMENT ON COLUMN dup_select_private.plan_part.given IS
    'It depends on what the statements fill; else it is the same for all rows.';
COMMENT ON COLUMN dup_select_private.plan_part.absent IS 'It is a column that nothing fills: NULL.';
COMMENT ON COLUMN dup_select_private.plan_part.value IS 'Text of a new row''s value.';

CREATE TYPE dup_select_private.plan_key AS (
    index_name text, shown boolean, parts dup_select_private.plan_part[], nulls_distinct boolean, predicate text,
    predicate_columns integer[], in_predicate boolean, wanted dup_select_private.slot[], wants_composite boolean,
    condition text);
COMMENT ON TYPE dup_select_private.plan_key IS 'The natural key of a level.';
COMMENT ON COLUMN dup_select_private.plan_key.index_name IS 'NULL where natural_keys names columns that no unique index is on.';
COMMENT ON COLUMN dup_select_private.plan_key.parts IS 'In the order of the index, or of natural_keys.';
COMMENT ON COLUMN dup_select_private.plan_key.shown IS 'The values show it; else a BEFORE trigger has yet to make it.';
COMMENT ON COLUMN dup_select_private.plan_key.nulls_distinct IS 'A row with NULL in it has no key, and is always a new one.';
COMMENT ON COLUMN dup_select_private.plan_key.predicate IS 'Of a partial index.';
COMMENT ON COLUMN dup_select_private.plan_key.predicate_columns IS 'Numbers of the columns that the predicate names.';
COMMENT ON COLUMN dup_select_private.plan_key.in_predicate IS
    'Whether a new row falls under the index: true where it always does, or it is a whole one; NULL where that depends on the '
    'row.';
COMMENT ON COLUMN dup_select_private.plan_key.condition IS
    'Text that tells whether a new row falls under a partial index. NULL where it always does.';
COMMENT ON COLUMN dup_select_private.plan_key.wanted IS 'An optional parent is looked for where one of these is not NULL.';
COMMENT ON COLUMN dup_select_private.plan_key.wants_composite IS 'One of these is composite: see column_facts.composite.';

CREATE TYPE dup_select_private.plan_class AS (name text, operator text, nullable boolean);
COMMENT ON TYPE dup_select_private.plan_class IS 'A column of the work table that tells which row of a level an input row has.';
COMMENT ON COLUMN dup_select_private.plan_class.operator IS 'Equality.';
COMMENT ON COLUMN dup_select_private.plan_class.nullable IS 'NULL is a value like others.';

CREATE TYPE dup_select_private.plan_level AS (
    path text[], facts dup_select_private.table_facts, name text, reported text, child integer,
    reference dup_select_private.foreign_key_facts, optional boolean, out_names text[], shared text[],
    columns dup_select_private.plan_column[], key dup_select_private.plan_key, own dup_select_private.slot[],
    above dup_select_private.slot[], together integer, settled text, map text, classes dup_select_private.plan_class[]);
COMMENT ON TYPE dup_select_private.plan_level IS
    'A table at a path from the target: the target itself at the empty path, a parent at the path of its foreign key.';
COMMENT ON COLUMN dup_select_private.plan_level.path IS 'Columns of the foreign keys on the way from the target.';
COMMENT ON COLUMN dup_select_private.plan_level.facts IS 'What the catalog says of the table.';
COMMENT ON COLUMN dup_select_private.plan_level.name IS 'As short as the levels can be told apart: for aliases and variables.';
COMMENT ON COLUMN dup_select_private.plan_level.reported IS
    'What a report calls the table: its name, with its schema only where that is not the target''s, which the call names.';
COMMENT ON COLUMN dup_select_private.plan_level.child IS 'Number of the level whose foreign key refers to it.';
COMMENT ON COLUMN dup_select_private.plan_level.reference IS 'That foreign key.';
COMMENT ON COLUMN dup_select_private.plan_level.optional IS 'A column of that foreign key, or of one on the way, takes NULL.';
COMMENT ON COLUMN dup_select_private.plan_level.out_names IS
    'The columns of the view that give back its key, as reference.columns.';
COMMENT ON COLUMN dup_select_private.plan_level.shared IS 'Columns of its key that its child fills otherwise, too.';
COMMENT ON COLUMN dup_select_private.plan_level.columns IS 'Those that the statements fill.';
COMMENT ON COLUMN dup_select_private.plan_level.key IS 'NULL where the mapping fills no unique key: every row is a new one.';
COMMENT ON COLUMN dup_select_private.plan_level.own IS 'Where its key goes, as reference.columns.';
COMMENT ON COLUMN dup_select_private.plan_level.above IS
    'Where the keys of the levels go that it is a parent of: where one of those is given, nothing below needs a look-up.';
COMMENT ON COLUMN dup_select_private.plan_level.together IS
    'Its place among the levels of put_table that are put together, because a table is at several of them. NULL where it is not.';
COMMENT ON COLUMN dup_select_private.plan_level.settled IS
    'Column of the work table that tells, where levels are put together, that there is no parent to look for.';

COMMENT ON COLUMN dup_select_private.plan_level.map IS
    'Temporary table in which put_table keeps the keys of its rows. NULL where levels are put together.';
COMMENT ON COLUMN dup_select_private.plan_level.classes IS
    'What input rows have in common that have the same row of it: the map has a row for each such class. NULL: for each row.';

CREATE TYPE dup_select_private.plan_names AS (
    attempts text, path text, rows text, row text, done text, number text, at text, key text,
    work text);
COMMENT ON TYPE dup_select_private.plan_names IS 'What the statements as a whole make up, free of the names of the user.';
COMMENT ON COLUMN dup_select_private.plan_names.attempts IS 'Variable: how often has been tried.';
COMMENT ON COLUMN dup_select_private.plan_names.path IS 'Variable of the trigger: the search_path of the caller.';
COMMENT ON COLUMN dup_select_private.plan_names.rows IS 'Alias of the work table.';
COMMENT ON COLUMN dup_select_private.plan_names.row IS 'Column of the work table: address of the source row.';
COMMENT ON COLUMN dup_select_private.plan_names.done IS 'Column of the work table: the row of the target is known.';
COMMENT ON COLUMN dup_select_private.plan_names.number IS 'Number of a row in a statement that numbers them.';
COMMENT ON COLUMN dup_select_private.plan_names.at IS 'Variable: address of the source row that is put in.';
COMMENT ON COLUMN dup_select_private.plan_names.key IS 'Variable: the key of the row that was put in, as jsonb.';
COMMENT ON COLUMN dup_select_private.plan_names.work IS 'The work table.';

CREATE TYPE dup_select_private.plan AS (
    levels dup_select_private.plan_level[], inputs dup_select_private.input_column[], by_row boolean, pinned boolean,
    read_keys text[], returned text[], superclass text, names dup_select_private.plan_names,
    wide text, lasting boolean, state text);
COMMENT ON TYPE dup_select_private.plan IS
    'What an inserter view (by_row) or put_table is to do. The only text in it is the user''s.';
COMMENT ON COLUMN dup_select_private.plan.levels IS 'The target first, each level before its parents.';
COMMENT ON COLUMN dup_select_private.plan.inputs IS 'The columns of a view, or of the source of put_table.';
COMMENT ON COLUMN dup_select_private.plan.by_row IS 'An inserter view; else put_table.';
COMMENT ON COLUMN dup_select_private.plan.names IS 'Names that the statements make up.';
COMMENT ON COLUMN dup_select_private.plan.pinned IS 'Its statements run under search_path = pg_catalog, pg_temp.';
COMMENT ON COLUMN dup_select_private.plan.read_keys IS
    'Input columns of a view that are the natural key of a parent and have the name of the column that refers to it.';
COMMENT ON COLUMN dup_select_private.plan.returned IS
    'Variables, or columns of the work table, for the columns of the primary key.';
COMMENT ON COLUMN dup_select_private.plan.superclass IS 'The table in which rows of the target are looked up. NULL: the target.';
COMMENT ON COLUMN dup_select_private.plan.wide IS
    'The work table with the keys of levels that are put together: names.work, or, where levels come before, another.';
COMMENT ON COLUMN dup_select_private.plan.state IS 'That of the catalog which it was made from, see catalog_state().';
COMMENT ON COLUMN dup_select_private.plan.lasting IS 'Its temporary tables last as long as the session; else the transaction.';
