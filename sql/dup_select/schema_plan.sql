SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What put_schema is to do: which table of the source goes into which, what tells their rows apart, which columns are numbers of
-- the source's own and so are drawn anew, and in which order all that goes.

CREATE TYPE dup_select_private.schema_drawn AS (name text, expression text, input text);
COMMENT ON TYPE dup_select_private.schema_drawn IS 'A column that a new row gets from its default, whatever the source says.';
COMMENT ON COLUMN dup_select_private.schema_drawn.expression IS 'The default, with all names in full.';
COMMENT ON COLUMN dup_select_private.schema_drawn.input IS
    'Expression for the number that the row has in the source. NULL where it has none.';

CREATE TYPE dup_select_private.schema_column AS (
    number integer, name text, type text, held text, declared text, given text, source text, direct boolean, equality text,
    domain text);
COMMENT ON TYPE dup_select_private.schema_column IS 'A column of the work table.';
COMMENT ON COLUMN dup_select_private.schema_column.name IS 'The column of the target that it is for.';
COMMENT ON COLUMN dup_select_private.schema_column.held IS
    'What it is called: like no column of the target, so that an expression over bare columns means the target''s.';
COMMENT ON COLUMN dup_select_private.schema_column.given IS 'Expression over the source, of the type that it has there.';
COMMENT ON COLUMN dup_select_private.schema_column.source IS 'The same, as it is assigned to the column.';
COMMENT ON COLUMN dup_select_private.schema_column.direct IS 'That is a column of the source, of the same type.';
COMMENT ON COLUMN dup_select_private.schema_column.domain IS
    'Domain that the target has there, where the work table has the type below it: values are cast to both.';
COMMENT ON COLUMN dup_select_private.schema_column.equality IS 'Operator. NULL where its type has none, and is compared as text.';

CREATE TYPE dup_select_private.schema_link AS (
    name text, columns text[], parent oid, parent_columns text[], operators text[], "table" integer, in_key boolean,
    held text[], casts text[], work text, parent_held text[], map text, parent_map text, map_old text[], map_new text[],
    first_only boolean, in_target boolean);
COMMENT ON TYPE dup_select_private.schema_link IS 'A foreign key whose columns the source fills.';
COMMENT ON COLUMN dup_select_private.schema_link."table" IS
    'Number of the table that it refers to among those that are put in, with the columns by which it does. NULL where it is none '
    'of them; nothing is known then of what follows it here but held and in_target.';
COMMENT ON COLUMN dup_select_private.schema_link.in_key IS
    'It decides a column of the natural key, or one by which the row is referred to: it is followed before these are known.';
COMMENT ON COLUMN dup_select_private.schema_link.held IS 'Columns of the own work table, as columns.';
COMMENT ON COLUMN dup_select_private.schema_link.casts IS
    'Types to which what the map has is cast, as columns. NULL where it is of that type.';
COMMENT ON COLUMN dup_select_private.schema_link.map IS 'The map of the parent in a FROM clause.';
COMMENT ON COLUMN dup_select_private.schema_link.parent_map IS 'The temporary table that is, or is part of, that item.';
COMMENT ON COLUMN dup_select_private.schema_link.parent_held IS 'Columns of the work table of the parent, as columns.';
COMMENT ON COLUMN dup_select_private.schema_link.first_only IS
    'It refers to the natural key: of two rows that share it only the first is meant.';
COMMENT ON COLUMN dup_select_private.schema_link.in_target IS
    'It may mean a row that only the target has. A number that is drawn anew does not: the row that has it there is another one.';

CREATE TYPE dup_select_private.key_value AS (
    n bigint, expression text, value text, operator text, collation_clause text, nullable boolean, composite boolean,
    given boolean, absent boolean, held text);
COMMENT ON TYPE dup_select_private.key_value IS
    'A part of a natural key with the text of a new row''s value, as key_values has it.';
COMMENT ON COLUMN dup_select_private.key_value.held IS 'Column of the found table that has the value.';

CREATE TYPE dup_select_private.schema_table AS (
    source oid, source_item text, inputs dup_select_private.input_column[], level dup_select_private.plan_level,
    order_by text, on_existing text, without_key text, pinned boolean,
    drawn dup_select_private.schema_drawn[], columns dup_select_private.schema_column[],
    key dup_select_private.key_value[], key_columns text[], plain_key boolean, has_key text,
    referred text[], referrers jsonb, links dup_select_private.schema_link[],
    is_tree boolean, whole boolean, sparse boolean, mapped boolean,
    row text, existing text, first text, differs text, dangles text, keyed text, collapses text,
    old_names text[], new_names text[], map_old text[], map_new text[],
    reported text, work text, raw text, found text, map text, key_rank integer, "group" integer);
COMMENT ON TYPE dup_select_private.schema_table IS 'A table of the source, and the one that it goes into.';
COMMENT ON COLUMN dup_select_private.schema_table.source_item IS 'The table of the source in a FROM clause.';
COMMENT ON COLUMN dup_select_private.schema_table.order_by IS
    'Expression over the source by which its rows are numbered. NULL: as they come; their primary keys order them.';
COMMENT ON COLUMN dup_select_private.schema_table.level IS 'The target, as a level that has no parents.';
COMMENT ON COLUMN dup_select_private.schema_table.key_columns IS 'Columns that decide the natural key.';
COMMENT ON COLUMN dup_select_private.schema_table.plain_key IS 'The natural key is these columns, of all rows.';
COMMENT ON COLUMN dup_select_private.schema_table.has_key IS 'Condition on rows that have one. NULL where all have.';
COMMENT ON COLUMN dup_select_private.schema_table.referred IS
    'Columns by which rows are referred to: the primary key, and what foreign keys of the others name. None without a map.';
COMMENT ON COLUMN dup_select_private.schema_table.referrers IS
    'The sets of columns by which foreign keys refer to it, each an array. NULL where none does.';
COMMENT ON COLUMN dup_select_private.schema_table.is_tree IS
    'Its natural key refers to the table itself: rows are found from the top, round by round.';
COMMENT ON COLUMN dup_select_private.schema_table.whole IS
    'All that it refers to is found before it: its found table has the rows as the target takes them, until the end.';
COMMENT ON COLUMN dup_select_private.schema_table.sparse IS
    'It is whole, and nobody refers to it: its found table leaves out the rows that the target has as they are.';
COMMENT ON COLUMN dup_select_private.schema_table.mapped IS
    'It has a map: a row is referred to, its number is drawn, or the caller wants it.';
COMMENT ON COLUMN dup_select_private.schema_table.row IS 'Column of the work table and the found one: number of the row.';
COMMENT ON COLUMN dup_select_private.schema_table.existing IS 'Column of the found table: the target has the row.';
COMMENT ON COLUMN dup_select_private.schema_table.first IS
    'Column of the found table: number of the first row of the same natural key, where it is another one.';
COMMENT ON COLUMN dup_select_private.schema_table.differs IS
    'Column of the found table, where that is whole: the target has the row, and other values in it. NULL where that does not '
    'matter.';
COMMENT ON COLUMN dup_select_private.schema_table.dangles IS
    'Column of the found table: number of the link that leads to no row. NULL where references are checked before.';
COMMENT ON COLUMN dup_select_private.schema_table.keyed IS 'Column of the found table: has_key.';
COMMENT ON COLUMN dup_select_private.schema_table.collapses IS 'Variable: rows of a sparse table may be one.';
COMMENT ON COLUMN dup_select_private.schema_table.old_names IS 'Columns of the found table for the old values, as referred.';
COMMENT ON COLUMN dup_select_private.schema_table.map_old IS 'Columns of the map for them, as referred.';
COMMENT ON COLUMN dup_select_private.schema_table.reported IS 'Literal: the name under which the report has it.';
COMMENT ON COLUMN dup_select_private.schema_table.work IS 'Temporary table: the rows of the source, as the target takes them.';
COMMENT ON COLUMN dup_select_private.schema_table.raw IS
    'Temporary table: those rows as they are, where one of them does not cast.';
COMMENT ON COLUMN dup_select_private.schema_table.found IS 'Temporary table: their keys, and whether the target has them.';
COMMENT ON COLUMN dup_select_private.schema_table.map IS 'Temporary table: keys in the source and in the target.';
COMMENT ON COLUMN dup_select_private.schema_table.key_rank IS 'After all tables that its natural key refers to.';
COMMENT ON COLUMN dup_select_private.schema_table."group" IS
    'After all tables that it refers to. Tables that refer to each other in a circle have the same.';

-- The tables of a source schema with all that is to be done with them. Errors: 22004, 22023, 42P01, 42703, 42710, 428C9, 42501,
-- 0A000, those of an expression.
CREATE FUNCTION dup_select_private.schema_plan(
    source regnamespace, target regnamespace, mapping jsonb, natural_keys jsonb, on_existing text, without_key text,
    keep_maps boolean
) RETURNS dup_select_private.schema_table[]
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' -- of defaults, as text
    SET jit = off -- 0.3 s for a query of a millisecond
    SET enable_seqscan = off -- a plan is kept that was made while few tables were there
    SET plan_cache_mode = force_generic_plan -- planning a look into the catalog takes longer than the look
AS $$
DECLARE
    v_tables dup_select_private.schema_table[] := '{}';
    v_table  dup_select_private.schema_table;
    v_pair   record;
BEGIN
    PERFORM dup_select_private.check_schemas(source, target, mapping, natural_keys, on_existing, without_key);
    FOR v_pair IN SELECT * FROM dup_select_private.schema_pairs(source, target, mapping) LOOP
        v_tables := v_tables || dup_select_private.schema_table(
            v_pair.source, v_pair.target, v_pair.wishes, natural_keys, on_existing, without_key);
    END LOOP;
    PERFORM dup_select_private.check_schema_keys(v_tables, natural_keys);
    v_tables := dup_select_private.name_schema_tables(v_tables);
    v_tables := dup_select_private.link_schema_tables(v_tables);
    v_tables := dup_select_private.order_schema_tables(v_tables);
    FOR v_n IN 1 .. cardinality(v_tables) LOOP
        v_table := dup_select_private.note_map(v_tables, v_n, keep_maps);
        v_tables[v_n] := v_table; -- an assignment that reads the array copies it
    END LOOP;
    RETURN dup_select_private.note_checked(v_tables);
END
$$;

-- Raises where a parameter makes no sense: 22004, 22023.
CREATE FUNCTION dup_select_private.check_schemas(
    source regnamespace, target regnamespace, mapping jsonb, natural_keys jsonb, on_existing text, without_key text
) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF source IS NULL OR target IS NULL THEN
        RAISE EXCEPTION 'the % schema is NULL', CASE WHEN source IS NULL THEN 'source' ELSE 'target' END
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Give the name of a schema.';
    ELSIF source = target THEN
        RAISE EXCEPTION 'schema % is source and target', source
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name two schemas.';
    ELSIF jsonb_typeof(mapping) <> 'object' THEN
        RAISE EXCEPTION 'the mapping of a schema is a jsonb object of its tables, not %', mapping
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'For example {"client": "customer", "log": null, "order": {"columns": {"no": "upper(no)"}}}.';
    ELSIF jsonb_typeof(natural_keys) <> 'object' THEN
        RAISE EXCEPTION 'natural_keys is a jsonb object of tables, not %', natural_keys
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For example {"a_schema.a_table": ["a_column", "another"]}.';
    END IF;
    PERFORM dup_select_private.check_choice('on_existing', on_existing, '{keep,update,fail}');
    PERFORM dup_select_private.check_choice('without_key', without_key, '{refuse,append,match}');
END
$$;

-- Raises where a parameter is none of the choices: 22023.
CREATE FUNCTION dup_select_private.check_choice(parameter text, value text, choices text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF value IS NULL OR value <> ALL (choices) THEN
        RAISE EXCEPTION '% is %', parameter, coalesce(quote_literal(value), 'NULL') USING ERRCODE = 'invalid_parameter_value',
            HINT = format('It may be %s.', (SELECT string_agg(quote_literal(c), ', ') FROM unnest(choices) c));
    END IF;
END
$$;

-- Which table goes into which. wishes: what the mapping says of it, an object. Errors: 22023, 42P01, 42710.
CREATE FUNCTION dup_select_private.schema_pairs(source_schema regnamespace, target_schema regnamespace, mapping jsonb)
RETURNS TABLE (source oid, target oid, wishes jsonb)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_pair record;
    v_seen oid[] := '{}';
BEGIN
    SELECT m.key INTO v_pair
    FROM jsonb_object_keys(mapping) AS m (key)
    WHERE NOT EXISTS (SELECT FROM dup_select_private.schema_tables(source_schema, true) t
                      WHERE t.name = dup_select_private.only_name(m.key))
    ORDER BY m.key LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the mapping names %, which is no table of schema %', v_pair.key, source_schema
            USING ERRCODE = 'undefined_table', HINT = 'It maps tables of the source, by their names.';
    END IF;
    FOR v_pair IN
        SELECT t.id, t.name, m.value, jsonb_typeof(m.value) AS type,
               coalesce(CASE jsonb_typeof(m.value) WHEN 'string' THEN m.value #>> '{}' WHEN 'object' THEN m.value ->> 'into' END,
                        quote_ident(t.name)) AS wanted
        FROM dup_select_private.schema_tables(source_schema, true) t
        LEFT JOIN jsonb_each(mapping) m ON dup_select_private.only_name(m.key) = t.name
        WHERE (t.is_table OR m.key IS NOT NULL) AND jsonb_typeof(m.value) IS DISTINCT FROM 'null'
        ORDER BY t.name COLLATE "C"
    LOOP
        IF v_pair.type NOT IN ('string', 'object') THEN
            RAISE EXCEPTION 'table % is mapped to %', quote_ident(v_pair.name), v_pair.value
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Map it to the name of a table, to null, which leaves it out, or to an object.';
        END IF;
        source := v_pair.id;
        target := dup_select_private.table_named(v_pair.wanted, target_schema);
        wishes := CASE v_pair.type WHEN 'object' THEN v_pair.value ELSE '{}' END;
        IF target IS NULL THEN
            RAISE EXCEPTION 'table % of the source goes into %, which is no table', quote_ident(v_pair.name),
                CASE WHEN cardinality(parse_ident(v_pair.wanted)) > 1 THEN v_pair.wanted
                     ELSE concat(target_schema, '.', v_pair.wanted) END
                USING ERRCODE = 'undefined_table',
                      HINT = format('mapping => %L names another one, %L leaves it out.',
                                    jsonb_build_object(v_pair.name, 'another'), jsonb_build_object(v_pair.name, NULL));
        ELSIF target = ANY (v_seen) THEN
            RAISE EXCEPTION 'two tables of the source go into %', target::regclass
                USING ERRCODE = 'duplicate_object',
                      HINT = 'Put them in by two calls: a row that refers to it would not tell which of the two it means.';
        END IF;
        v_seen := v_seen || target;
        RETURN NEXT;
    END LOOP;
    IF v_seen = '{}' THEN
        RAISE EXCEPTION 'schema % has no table to put in', source_schema
            USING ERRCODE = 'undefined_table', HINT = 'Views are put in where the mapping names them.';
    END IF;
END
$$;

-- The one identifier that a text is. NULL where it is a path.
CREATE FUNCTION dup_select_private.only_name(identifier text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN cardinality(p.path) = 1 THEN p.path[1] END FROM parse_ident(identifier) AS p (path)
$$;

-- One table: its columns, its natural key, what is drawn. Errors: 22023, 42703, 428C9, 42501, 0A000, those of an expression.
CREATE FUNCTION dup_select_private.schema_table(
    source oid, target oid, wishes jsonb, natural_keys jsonb, on_existing text, without_key text
) RETURNS dup_select_private.schema_table
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table   dup_select_private.schema_table;
    v_facts   dup_select_private.table_facts := dup_select_private.table_facts(target);
    v_columns jsonb;
BEGIN
    PERFORM dup_select_private.check_wishes(source, wishes);
    v_columns := dup_select_private.schema_columns(source, v_facts, wishes);
    v_table.source := source;
    v_table.source_item := concat(
        CASE WHEN dup_select_private.relation_kind(source) = 'r' AND dup_select_private.has_children(source) THEN 'ONLY ' END,
        dup_select_private.qualified_name(source), ' AS input');
    v_table.order_by := wishes ->> 'order_by';
    v_table.on_existing := coalesce(wishes ->> 'on_existing', on_existing);
    v_table.without_key := coalesce(wishes ->> 'without_key', without_key);
    v_table.pinned := dup_select_private.is_pinned(ARRAY[target]);
    v_table.drawn := dup_select_private.drawn_columns(v_facts, v_columns, natural_keys);
    v_columns := v_columns - ARRAY(SELECT d.name FROM unnest(v_table.drawn) d);
    v_table.inputs := dup_select_private.plan_inputs(NULL, source);
    v_table.level := dup_select_private.schema_level(v_table, v_facts, v_columns, natural_keys);
    PERFORM dup_select_private.check_required(v_table);
    PERFORM dup_select_private.check_rules(ARRAY[v_table.level]);
    RETURN dup_select_private.name_schema_columns(v_table);
END
$$;

-- The table with what its columns, and those of its temporary tables, are called, and its natural key in these terms.
CREATE FUNCTION dup_select_private.name_schema_columns("table" dup_select_private.schema_table)
RETURNS dup_select_private.schema_table
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table dup_select_private.schema_table := "table";
    v_level dup_select_private.plan_level := "table".level;
    v_facts dup_select_private.table_facts := v_level.facts;
    v_taken text[] := ARRAY(SELECT c.name FROM unnest(v_facts.columns) c);
    v_held  text;
BEGIN
    FOR v_n IN 1 .. cardinality(v_level.columns) LOOP
        v_held := dup_select_private.free_name('put_' || ((v_level.columns[v_n]).facts).name, v_taken);
        v_taken := v_taken || v_held;
        v_level.columns[v_n].held := v_held;
        v_level.columns[v_n].slot := ROW('s', v_held);
        v_level.columns[v_n].echo := false;
    END LOOP;
    IF (v_level.key).parts IS NOT NULL THEN -- values are elsewhere now
        v_level.key := dup_select_private.key_with_values(v_level, v_level.key);
    END IF;
    v_table.level := v_level;
    v_table.columns := ARRAY(
        SELECT dup_select_private.schema_column(v_facts.id, c)
        FROM unnest(v_level.columns) c
        UNION ALL
        SELECT dup_select_private.schema_column(v_facts.id, dup_select_private.drawn_column("table", f, d.input, h.held))
        FROM unnest("table".drawn) d
        JOIN unnest(v_facts.columns) f ON f.name = d.name
        CROSS JOIN LATERAL dup_select_private.free_name('put_' || f.name, v_taken) h (held)
        WHERE d.input IS NOT NULL
        ORDER BY 1);
    v_taken := v_taken || ARRAY(SELECT c.held FROM unnest(v_table.columns) c);
    v_table.row := dup_select_private.free_name('put__row', v_taken);
    v_table.existing := dup_select_private.free_name('put__existing', v_taken);
    v_table.first := dup_select_private.free_name('put__first', v_taken);
    v_table.differs := dup_select_private.free_name('put__differs', v_taken);
    v_table.dangles := dup_select_private.free_name('put__dangles', v_taken);
    v_table.keyed := dup_select_private.free_name('put__keyed', v_taken);
    v_table.collapses := dup_select_private.free_name('put__collapses', v_taken);
    v_table.key := ARRAY(SELECT ROW(v.*, dup_select_private.free_name('put__key_' || v.n, v_taken))::dup_select_private.key_value
                         FROM dup_select_private.key_values(v_level) v ORDER BY v.n);
    v_table.has_key := dup_select_private.has_key(v_level);
    v_table.key_columns := dup_select_private.key_column_names(v_level);
    v_table.plain_key := (v_level.key).parts IS NOT NULL AND (v_level.key).predicate IS NULL
        AND NOT EXISTS (SELECT FROM unnest((v_level.key).parts) p WHERE (p.facts).number = 0);
    v_table.reported := quote_literal(v_facts.name);
    RETURN v_table;
END
$$;

-- A column of the work table. A domain that takes no NULL, or has a default, is unfit for one.
CREATE FUNCTION dup_select_private.schema_column(relation oid, "column" dup_select_private.plan_column)
RETURNS dup_select_private.schema_column
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_column dup_select_private.schema_column;
    v_facts  dup_select_private.column_facts := "column".facts;
BEGIN
    v_column.number := v_facts.number;
    v_column.name := v_facts.name;
    v_column.type := v_facts.type;
    v_column.held := "column".held;
    v_column.declared := dup_select_private.declared(quote_ident("column".held), v_facts);
    v_column.given := "column".expression;
    v_column.source := dup_select_private.source_of("column");
    v_column.direct := "column".direct;
    v_column.equality := dup_select_private.equality(dup_select_private.default_operator_class(relation, v_facts.number));
    v_column.domain := dup_select_private.unfit_domain(relation, v_facts.number);
    IF v_column.domain IS NOT NULL THEN
        v_column.source := format('CASE WHEN (%1$s) IS DISTINCT FROM NULL THEN CAST(CAST(%1$s AS %2$s) AS %3$s) END',
                                  v_column.source, v_column.domain, v_column.type);
        v_column.direct := false;
    END IF;
    RETURN v_column;
END
$$;

-- A column that is drawn, as one that the source fills with the numbers that its rows have there. Errors: those of the
-- expression.
CREATE FUNCTION dup_select_private.drawn_column(
    "table" dup_select_private.schema_table, facts dup_select_private.column_facts, input text, held text
) RETURNS dup_select_private.plan_column
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level  dup_select_private.plan_level := "table".level;
    v_column dup_select_private.plan_column;
BEGIN
    v_column.facts := facts;
    v_column.expression := input;
    v_column.held := held;
    v_column.direct := EXISTS (SELECT FROM unnest("table".inputs) i
                               WHERE i.name = dup_select_private.input_of(input) AND i.type = facts.type);
    v_level.columns := ARRAY[v_column];
    v_level := dup_select_private.check_expressions(v_level, "table".inputs);
    RETURN v_level.columns[1];
END
$$;

-- Raises where the mapping says of a table what cannot be said: 22023.
CREATE FUNCTION dup_select_private.check_wishes(source oid, wishes jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key text;
BEGIN
    SELECT k INTO v_key FROM jsonb_object_keys(wishes) AS k
    WHERE k NOT IN ('into', 'columns', 'order_by', 'on_existing', 'without_key') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the mapping of % has %', source::regclass, to_jsonb(v_key)
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'It may have "into", "columns", "order_by", "on_existing", "without_key".';
    ELSIF jsonb_typeof(wishes -> 'columns') <> 'object' THEN
        RAISE EXCEPTION 'the columns of % are mapped to %', source::regclass, wishes -> 'columns'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give an object: {"a_column": "an expression", "another": null}.';
    END IF;
    IF jsonb_typeof(wishes -> 'order_by') <> 'string' THEN
        RAISE EXCEPTION 'the rows of % are ordered by %', source::regclass, wishes -> 'order_by'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give expressions over its columns, as a jsonb string.';
    END IF;
    IF wishes ? 'on_existing' THEN
        PERFORM dup_select_private.check_choice('on_existing', wishes ->> 'on_existing', '{keep,update,fail}');
    END IF;
    IF wishes ? 'without_key' THEN
        PERFORM dup_select_private.check_choice('without_key', wishes ->> 'without_key', '{refuse,append,match}');
    END IF;
END
$$;

-- Columns of the target, each with the expression over the source that fills it: by name, and as the mapping has it. Errors:
-- 42703 where the source has a column that the target has not.
CREATE FUNCTION dup_select_private.schema_columns(source oid, target dup_select_private.table_facts, wishes jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_wanted  jsonb := (SELECT coalesce(jsonb_object_agg((parse_ident(c.key))[1], c.value), '{}')
                        FROM jsonb_each(wishes -> 'columns') c);
    v_names   text[] := dup_select_private.column_names(source);
    v_columns jsonb;
    v_unknown text;
BEGIN
    SELECT s.name INTO v_unknown
    FROM unnest(v_names) AS s (name)
    WHERE NOT EXISTS (SELECT FROM unnest(target.columns) c WHERE c.name = s.name) AND NOT v_wanted ? s.name
        AND dup_select_private.input_of(wishes ->> 'order_by') IS DISTINCT FROM s.name
        AND NOT EXISTS (SELECT FROM jsonb_each_text(v_wanted) w WHERE dup_select_private.input_of(w.value) = s.name)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has column %, which % has not', source::regclass, quote_ident(v_unknown), target.qualified_name
            USING ERRCODE = 'undefined_column',
                  HINT = format('mapping => %L leaves it out; "columns" may say what fills a column, too.', jsonb_build_object(
                      dup_select_private.relation_name(source),
                      jsonb_build_object('columns', jsonb_build_object(v_unknown, NULL))));
    END IF;
    SELECT coalesce(jsonb_object_agg(c.name, coalesce(v_wanted -> c.name, to_jsonb(quote_ident(c.name)))), '{}') INTO v_columns
    FROM unnest(target.columns) c
    WHERE CASE WHEN v_wanted ? c.name THEN jsonb_typeof(v_wanted -> c.name) <> 'null'
               ELSE NOT c.generated AND c.name = ANY (v_names) END;
    RETURN v_columns || (SELECT coalesce(jsonb_object_agg(w.key, w.value), '{}') FROM jsonb_each(v_wanted) w
                         WHERE jsonb_typeof(w.value) <> 'null'); -- what is no column of the target is told by its level
END
$$;

-- Columns that a new row gets from their default: numbers of the primary key that come from a sequence, unless natural_keys names
-- them, and what else of the primary key the source does not fill.
CREATE FUNCTION dup_select_private.drawn_columns(facts dup_select_private.table_facts, columns jsonb, natural_keys jsonb)
RETURNS dup_select_private.schema_drawn[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_wish record;
BEGIN
    SELECT * INTO v_wish FROM dup_select_private.named_key(natural_keys, facts.id, '');
    RETURN ARRAY(
        SELECT ROW(c.name, c.expression, columns ->> c.name)::dup_select_private.schema_drawn
        FROM unnest(facts.columns) c
        WHERE c.name = ANY (facts.primary_key) AND c.expression IS NOT NULL AND NOT c.generated
            AND (c.expression LIKE 'pg\_catalog.nextval(%' OR NOT columns ? c.name)
            AND c.name <> ALL (coalesce(v_wish.columns, '{}'))
            AND NOT EXISTS (SELECT FROM unnest(facts.keys) k
                            WHERE k.name = v_wish.index_name AND c.number = ANY (k.columns || k.expression_columns))
        ORDER BY c.number);
END
$$;

-- The target as a level: what fills its columns, and what tells its rows apart.
CREATE FUNCTION dup_select_private.schema_level(
    "table" dup_select_private.schema_table, facts dup_select_private.table_facts, columns jsonb, natural_keys jsonb
) RETURNS dup_select_private.plan_level
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan  dup_select_private.plan;
    v_level dup_select_private.plan_level;
    v_keys  jsonb := natural_keys;
    v_wish  record;
BEGIN
    IF columns = '{}' THEN
        RAISE EXCEPTION '% fills no column of %', "table".source::regclass, facts.qualified_name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name its columns like those of the target, or give a mapping.';
    END IF;
    v_level.path := '{}';
    v_level.shared := '{}';
    v_level.facts := facts;
    v_level.name := facts.name;
    v_level.optional := false;
    v_level.columns := dup_select_private.mapped_columns(facts, '{}', (
        SELECT jsonb_object_agg(quote_ident(c.key), c.value) FROM jsonb_each(columns) c));
    v_plan.by_row := false;
    v_plan.levels := ARRAY[v_level];
    v_plan.inputs := "table".inputs;
    v_plan := dup_select_private.fill_columns(v_plan);
    v_level := dup_select_private.check_expressions(v_plan.levels[1], v_plan.inputs);
    SELECT * INTO v_wish FROM dup_select_private.named_key(natural_keys, facts.id, '');
    IF v_wish.columns IS NULL AND v_wish.index_name IS NULL AND "table".without_key = 'match'
        AND (dup_select_private.plan_key(v_level, NULL)).parts IS NULL
    THEN
        v_keys := jsonb_build_object(facts.qualified_name, (
            SELECT jsonb_agg(quote_ident((c.facts).name)) FROM unnest(v_level.columns) c));
    END IF;
    v_level.key := dup_select_private.plan_key(v_level, v_keys);
    IF NOT (v_level.key).shown THEN -- a trigger would have to make it
        v_level.key := NULL;
    END IF;
    IF (v_level.key).parts IS NULL AND "table".without_key = 'refuse' THEN
        RAISE EXCEPTION 'nothing tells the rows of % apart: the source fills no unique key of it', facts.qualified_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('natural_keys => %L names columns that do, without_key => ''match'' takes all of them; '
                                '''append'' makes a new row of each.',
                                jsonb_build_object(facts.qualified_name, jsonb_build_array('a_column', 'another')));
    END IF;
    RETURN v_level;
END
$$;

-- Raises where a column that takes no NULL is filled by nothing: 22023.
CREATE FUNCTION dup_select_private.check_required("table" dup_select_private.schema_table) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_facts dup_select_private.table_facts := ("table".level).facts;
    v_name  text;
BEGIN
    SELECT c.name INTO v_name
    FROM unnest(v_facts.columns) c
    WHERE c.required AND c.expression IS NULL
        AND NOT EXISTS (SELECT FROM unnest(("table".level).columns) f WHERE (f.facts).number = c.number)
    ORDER BY c.number LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'column % of % takes no NULL, and % does not fill it', quote_ident(v_name), v_facts.qualified_name,
            "table".source::regclass
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Add it to the source, or give the mapping an expression for it.';
    END IF;
END
$$;

-- Raises where natural_keys names what is none of the targets: 22023.
CREATE FUNCTION dup_select_private.check_schema_keys(tables dup_select_private.schema_table[], natural_keys jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text;
BEGIN
    SELECT k.key INTO v_name
    FROM jsonb_each(natural_keys) k
    WHERE NOT EXISTS (
        SELECT FROM unnest(tables) t
        CROSS JOIN LATERAL dup_select_private.named_key(jsonb_build_object(k.key, k.value), ((t.level).facts).id, '') w
        WHERE w.index_name IS NOT NULL OR w.columns IS NOT NULL)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'natural_keys names %, into which nothing is put', v_name USING ERRCODE = 'invalid_parameter_value',
            HINT = format('The tables are %s.', (
                SELECT string_agg(((t.level).facts).qualified_name, ', ') FROM unnest(tables) t));
    END IF;
END
$$;

-- The tables with their foreign keys, and with the columns by which they are referred to. What one table asks of another is
-- looked up in a jsonb: a query over all tables copies them, and so does an assignment to one that reads another; for each table
-- that would be the square of their number.
CREATE FUNCTION dup_select_private.link_schema_tables(tables dup_select_private.schema_table[])
RETURNS dup_select_private.schema_table[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tables  dup_select_private.schema_table[] := tables;
    v_targets jsonb := (SELECT jsonb_object_agg((t.level).facts.id, jsonb_build_object('number', t.ordinality, 'held', (
                            SELECT jsonb_object_agg(c.name, c.held) FROM unnest(t.columns) c)))
                        FROM unnest(tables) WITH ORDINALITY t);
    v_sets    jsonb;
    v_table   dup_select_private.schema_table;
BEGIN
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_tables[v_n].links := dup_select_private.links_of(tables[v_n], v_targets);
    END LOOP;
    v_sets := (
        SELECT jsonb_object_agg(r."table", r.sets)
        FROM (SELECT l."table", jsonb_agg(DISTINCT to_jsonb(l.parent_columns)) AS sets
              FROM unnest(v_tables) t CROSS JOIN unnest(t.links) l
              WHERE l."table" IS NOT NULL GROUP BY l."table") r);
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_table := v_tables[v_n];
        v_table.referrers := v_sets -> v_n::text;
        v_table := dup_select_private.name_referred(v_table);
        v_tables[v_n] := v_table;
    END LOOP;
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_table := v_tables[v_n];
        FOR v_k IN 1 .. cardinality(v_table.links) LOOP
            v_table.links[v_k] := dup_select_private.complete_link(
                v_table.links[v_k], v_table.columns, v_tables[(v_table.links[v_k])."table"]);
        END LOOP;
        v_tables[v_n] := v_table;
    END LOOP;
    RETURN dup_select_private.note_needed_links(v_tables);
END
$$;

-- The foreign keys of a table. targets: by id the number of each, and what the columns of its work table are called.
CREATE FUNCTION dup_select_private.links_of("table" dup_select_private.schema_table, targets jsonb)
RETURNS dup_select_private.schema_link[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN ARRAY(
        SELECT ROW(k.name, k.columns, k.parent, k.parent_columns, k.operators,
                   CASE WHEN p.parent -> 'held' ?& k.parent_columns THEN (p.parent ->> 'number')::integer END,
                   false, h.held, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true)::dup_select_private.schema_link
        FROM unnest((("table".level).facts).foreign_keys) k
        CROSS JOIN LATERAL dup_select_private.held_of("table".columns, k.columns) h (held)
        CROSS JOIN LATERAL (SELECT targets -> k.parent::text) p (parent)
        WHERE NOT k.temporal AND array_position(h.held, NULL) IS NULL
        ORDER BY cardinality(k.columns), k.name COLLATE "C");
END
$$;

-- The tables with those links marked that must be followed before natural keys, and values by which rows are referred to, are
-- known: those that decide one of these columns, since no smaller link does and it does not stay as it is. Of tenants that have
-- no table, or that another link leads to, a row that refers to its neighbour needs nothing of it.
CREATE FUNCTION dup_select_private.note_needed_links(tables dup_select_private.schema_table[])
RETURNS dup_select_private.schema_table[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tables   dup_select_private.schema_table[] := tables;
    v_constant jsonb := dup_select_private.constant_columns(tables);
    v_table    dup_select_private.schema_table;
    v_link     dup_select_private.schema_link;
BEGIN
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_table := tables[v_n];
        v_table.is_tree := false;
        FOR v_k IN 1 .. cardinality(v_table.links) LOOP
            v_link := v_table.links[v_k];
            v_link.in_key := v_link."table" IS NOT NULL AND EXISTS (
                SELECT FROM unnest(v_link.columns) c
                WHERE c = ANY (v_table.key_columns || v_table.referred)
                    AND NOT v_constant ? concat(v_n, '.', c)
                    AND NOT dup_select_private.is_decided(v_table, v_k, c));
            v_table.links[v_k] := v_link;
            v_table.is_tree := v_table.is_tree OR v_link.in_key AND v_link."table" = v_n;
        END LOOP;
        PERFORM dup_select_private.check_tree(v_table, v_n);
        v_tables[v_n] := v_table;
    END LOOP;
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_table := v_tables[v_n];
        FOR v_k IN 1 .. cardinality(v_table.links) LOOP
            v_link := v_table.links[v_k];
            IF v_link.first_only AND dup_select_private.may_differ_in_source(v_tables[v_link."table"]) THEN
                v_link.first_only := false;
                v_link.map := (
                    SELECT format('(SELECT DISTINCT ON (%1$s) * FROM %2$s AS m ORDER BY %1$s, m.put__row)',
                                  string_agg(format('m.%I', o.name), ', ' ORDER BY o.n), v_link.map)
                    FROM unnest(v_link.map_old) WITH ORDINALITY AS o (name, n));
                v_table.links[v_k] := v_link;
            END IF;
        END LOOP;
        v_tables[v_n] := v_table;
    END LOOP;
    RETURN v_tables;
END
$$;

-- Whether rows that are one in the target may be called differently in the source: by numbers of other rows, or by none, for
-- which a default stands in.
CREATE FUNCTION dup_select_private.may_differ_in_source("table" dup_select_private.schema_table) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (SELECT FROM unnest("table".links) l WHERE l.in_key)
        OR EXISTS (SELECT FROM unnest("table".key) k
                   WHERE NOT EXISTS (SELECT FROM unnest("table".columns) c WHERE k.value = format('s.%I', c.held)))
$$;

-- Whether a link before one of a table decides a column wherever that one does.
CREATE FUNCTION dup_select_private.is_decided("table" dup_select_private.schema_table, place integer, column_name text)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN EXISTS (
        SELECT
        FROM unnest("table".links[: place - 1]) l
        WHERE column_name = ANY (l.columns) AND NOT EXISTS (
            SELECT FROM unnest((("table".level).facts).columns) c
            WHERE c.name = ANY (l.columns) AND c.name <> ALL (("table".links[place]).columns) AND NOT c.required));
END
$$;

-- Raises where the natural key of a table refers to it by several ways: 0A000.
CREATE FUNCTION dup_select_private.check_tree("table" dup_select_private.schema_table, number integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF 1 < (SELECT count(*) FROM unnest("table".links) l WHERE l.in_key AND l."table" = number) THEN
        RAISE EXCEPTION 'the natural key of % refers to the table itself twice', (("table".level).facts).qualified_name
            USING ERRCODE = 'feature_not_supported', HINT = 'natural_keys may name another key.';
    END IF;
END
$$;

-- Columns that have the same value in source and target, whatever rows are found: those of natural keys that lead to no other
-- column. Keys of an object, each the number of its table and its name.
CREATE FUNCTION dup_select_private.constant_columns(tables dup_select_private.schema_table[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        WITH RECURSIVE known AS MATERIALIZED (
            SELECT t.ordinality AS n, t.links, t.level FROM unnest(tables) WITH ORDINALITY t
        ), own (name) AS MATERIALIZED (
            SELECT concat(t.n, '.', (f.facts).name)
            FROM known t
            CROSS JOIN unnest((t.level).columns) f
            JOIN unnest(((t.level).key).parts) p ON (p.facts).number = (f.facts).number
            WHERE dup_select_private.fallback(f.facts) IS NULL
        ), leads (child, parent) AS MATERIALIZED (
            SELECT concat(t.n, '.', k.child), concat(l."table", '.', k.parent)
            FROM known t
            CROSS JOIN unnest(t.links) l
            CROSS JOIN ROWS FROM (unnest(l.columns), unnest(l.parent_columns)) AS k (child, parent)
            WHERE l."table" IS NOT NULL
        ), other (name) AS (
            SELECT l.child FROM leads l WHERE l.parent NOT IN (SELECT o.name FROM own o)
            UNION
            SELECT l.child FROM other o JOIN leads l ON l.parent = o.name
        )
        SELECT coalesce(jsonb_object_agg(o.name, true), '{}') FROM own o WHERE o.name NOT IN (SELECT u.name FROM other u));
END
$$;

-- Columns of a work table for those of its target. NULL for what the source does not have.
CREATE FUNCTION dup_select_private.held_of(columns dup_select_private.schema_column[], names text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT ARRAY(SELECT c.held
                     FROM unnest(names) WITH ORDINALITY AS n (name, n) LEFT JOIN unnest(columns) c ON c.name = n.name
                     ORDER BY n.n));
END
$$;

-- The table with what the columns by which it is referred to are called in its temporary tables.
CREATE FUNCTION dup_select_private.name_referred("table" dup_select_private.schema_table)
RETURNS dup_select_private.schema_table
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table dup_select_private.schema_table := "table";
    v_taken text[] := ARRAY(SELECT c.name FROM unnest((("table".level).facts).columns) c)
                   || ARRAY(SELECT c.held FROM unnest("table".columns) c);
BEGIN
    v_table.referred := ARRAY(
        SELECT c.name FROM unnest((("table".level).facts).columns) c
        WHERE c.name = ANY ((("table".level).facts).primary_key)
            OR EXISTS (SELECT FROM jsonb_array_elements("table".referrers) r WHERE r ? c.name)
        ORDER BY c.number);
    v_table.old_names := '{}';
    v_table.new_names := '{}';
    v_table.map_old := '{}';
    v_table.map_new := '{}';
    FOR v_n IN 1 .. cardinality(v_table.referred) LOOP
        v_table.old_names[v_n] := dup_select_private.free_name('put__old_' || v_n, v_taken);
        v_table.new_names[v_n] := dup_select_private.free_name('put__new_' || v_n, v_taken);
        v_table.map_old[v_n] := dup_select_private.identifier('old_' || v_table.referred[v_n]);
        v_table.map_new[v_n] := dup_select_private.identifier('new_' || v_table.referred[v_n]);
    END LOOP;
    RETURN v_table;
END
$$;

-- The link with what is to be known of the parent, where that is put in, too.
CREATE FUNCTION dup_select_private.complete_link(
    link dup_select_private.schema_link, columns dup_select_private.schema_column[], parent dup_select_private.schema_table
) RETURNS dup_select_private.schema_link
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_link dup_select_private.schema_link := link;
BEGIN
    IF link."table" IS NULL THEN
        RETURN link;
    END IF;
    v_link.work := parent.work;
    v_link.map := format('pg_temp.%I', parent.map);
    v_link.parent_map := parent.map;
    v_link.parent_held := dup_select_private.held_of(parent.columns, link.parent_columns);
    v_link.map_old := ARRAY(SELECT parent.map_old[array_position(parent.referred, c)]
                            FROM unnest(link.parent_columns) WITH ORDINALITY AS u (c, n) ORDER BY n);
    v_link.map_new := ARRAY(SELECT parent.map_new[array_position(parent.referred, c)]
                            FROM unnest(link.parent_columns) WITH ORDINALITY AS u (c, n) ORDER BY n);
    v_link.casts := ARRAY(SELECT nullif(c.type, p.type)
                          FROM ROWS FROM (unnest(link.columns), unnest(link.parent_columns))
                              WITH ORDINALITY AS u (child, parent, n)
                          JOIN unnest(columns) c ON c.name = u.child
                          JOIN unnest(((parent.level).facts).columns) p ON p.name = u.parent ORDER BY u.n);
    v_link.first_only := parent.plain_key AND parent.key_columns @> link.parent_columns
        AND link.parent_columns @> parent.key_columns;
    v_link.in_target := NOT EXISTS (SELECT FROM unnest(parent.drawn) d
                                    WHERE d.name = ANY (link.parent_columns) AND d.input IS NOT NULL);
    RETURN v_link;
END
$$;

-- Names of the columns that decide a level's natural key.
CREATE FUNCTION dup_select_private.key_column_names(level dup_select_private.plan_level) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT ARRAY(
        SELECT c.name
        FROM unnest((level.facts).columns) c
        WHERE c.number IN (SELECT (p.facts).number FROM unnest((level.key).parts) p)
            OR EXISTS (SELECT FROM unnest((level.facts).keys) k
                       WHERE k.name = (level.key).index_name
                           AND c.number = ANY (k.columns || k.sources || k.predicate_columns)))
$$;

-- The tables with the names of their temporary ones.
CREATE FUNCTION dup_select_private.name_schema_tables(tables dup_select_private.schema_table[])
RETURNS dup_select_private.schema_table[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tables dup_select_private.schema_table[] := tables;
    v_taken  text[] := '{put_report,put_rejects}';
    v_name   text;
BEGIN
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_name := (((tables[v_n]).level).facts).name;
        v_tables[v_n].work := dup_select_private.free_name(concat('put_', v_name), v_taken);
        v_taken := v_taken || v_tables[v_n].work;
        v_tables[v_n].raw := dup_select_private.free_name(concat('put_', v_name, '_raw'), v_taken);
        v_taken := v_taken || v_tables[v_n].raw;
        v_tables[v_n].found := dup_select_private.free_name(concat('put_', v_name, '_found'), v_taken);
        v_taken := v_taken || v_tables[v_n].found;
        v_tables[v_n].map := dup_select_private.free_name(concat('put_', v_name, '_map'), v_taken);
        v_taken := v_taken || v_tables[v_n].map;
    END LOOP;
    RETURN v_tables;
END
$$;

-- The tables with their places in both orders. Errors: 0A000 where natural keys refer to each other in a circle.
CREATE FUNCTION dup_select_private.order_schema_tables(tables dup_select_private.schema_table[])
RETURNS dup_select_private.schema_table[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tables dup_select_private.schema_table[] := tables;
    v_ranks  integer[] := dup_select_private.circles(cardinality(tables), dup_select_private.schema_edges(tables, true));
    v_groups integer[] := dup_select_private.circles(cardinality(tables), dup_select_private.schema_edges(tables, false));
    v_circle text;
BEGIN
    v_circle := (
        SELECT string_agg(t.name, ', ' ORDER BY t.name)
        FROM (SELECT (((tables[n]).level).facts).qualified_name AS name, count(*) OVER (PARTITION BY v_ranks[n]) AS tables
              FROM generate_subscripts(v_ranks, 1) n) t
        WHERE t.tables > 1);
    IF v_circle IS NOT NULL THEN
        RAISE EXCEPTION 'the natural keys of % refer to each other in a circle', v_circle
            USING ERRCODE = 'feature_not_supported', HINT = 'natural_keys may name another key for one of them.';
    END IF;
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_tables[v_n].key_rank := v_ranks[v_n];
        v_tables[v_n]."group" := v_groups[v_n];
    END LOOP;
    RETURN v_tables;
END
$$;

-- The nth table with what its rows need: a map, or only to be found.
CREATE FUNCTION dup_select_private.note_map(tables dup_select_private.schema_table[], n integer, keep_maps boolean)
RETURNS dup_select_private.schema_table
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table dup_select_private.schema_table := tables[n];
    v_level dup_select_private.plan_level := v_table.level;
BEGIN
    v_table.whole := NOT v_table.is_tree AND NOT EXISTS (
        SELECT FROM unnest(v_table.links) l
        WHERE l."table" IS NOT NULL AND ((tables[l."table"])."group", (tables[l."table"]).key_rank, l."table")
                                     >= (v_table."group", v_table.key_rank, n));
    v_table.mapped := keep_maps OR NOT v_table.whole OR v_table.drawn <> '{}' OR v_table.referrers IS NOT NULL
        -- A key that a row may get from its default is made once.
        OR EXISTS (SELECT FROM unnest(v_level.columns) c
                   WHERE (c.facts).name = ANY ((v_level.facts).primary_key) AND (c.facts).expression IS NOT NULL)
        -- Else one row of the target has the key, and a plain comparison finds it.
        OR (v_level.key).parts IS NOT NULL AND ((v_level.key).index_name IS NULL OR EXISTS (
            SELECT FROM unnest(v_table.key) k WHERE k.given AND k.nullable AND NOT (v_level.key).nulls_distinct));
    v_table.sparse := v_table.whole AND NOT keep_maps AND v_table.referrers IS NULL AND v_table.key <> '{}'
        AND v_table.on_existing <> 'fail' AND dup_select_private.keeps_apart(v_table);
    IF NOT v_table.mapped THEN
        v_table.referred := '{}';
        v_table.old_names := '{}';
        v_table.new_names := '{}';
    END IF;
    IF NOT v_table.whole OR v_table.key = '{}' OR v_table.on_existing = 'fail'
        OR NOT EXISTS (SELECT FROM dup_select_private.payload(v_table)) THEN
        v_table.differs := NULL;
    END IF;
    IF v_table.whole THEN
        FOR v_k IN 1 .. cardinality(v_table.key) LOOP
            v_table.key[v_k].held := coalesce(
                (SELECT c.held FROM unnest(v_table.columns) c WHERE (v_table.key[v_k]).value = format('s.%I', c.held)),
                (v_table.key[v_k]).held);
        END LOOP;
    END IF;
    RETURN v_table;
END
$$;

-- Whether rows whose natural keys differ in the source are told apart by them in the target, too, as long as none are one that
-- they refer to: each reference in the key leads to a row that came along, and all of its columns are parts of it.
CREATE FUNCTION dup_select_private.keeps_apart("table" dup_select_private.schema_table) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT
        FROM (SELECT n, "table".links[n] AS link FROM generate_subscripts("table".links, 1) n) l
        WHERE (l.link)."table" IS NOT NULL AND (l.link).columns && "table".key_columns
            AND ((l.link).in_target
                OR EXISTS (SELECT FROM unnest("table".links) WITH ORDINALITY AS o
                           WHERE o."table" IS NOT NULL AND o.ordinality <> l.n AND o.columns && (l.link).columns)
                OR EXISTS (SELECT FROM unnest((l.link).held) h
                           WHERE format('s.%I', h) <> ALL (ARRAY(SELECT k.value FROM unnest("table".key) k WHERE k.given)))
                OR EXISTS (SELECT FROM unnest("table".key) k
                           WHERE k.given
                               AND k.value <> ALL (ARRAY(SELECT format('s.%I', c.held) FROM unnest("table".columns) c)))));
END
$$;

-- The tables with those marked whose references are checked where their rows are found, which follows them anyway: to check them
-- before takes a tenth of the time where all rows exist. A row that goes takes along what refers to it, hence only where all
-- those tables are found later, and are such, too.
CREATE FUNCTION dup_select_private.note_checked(tables dup_select_private.schema_table[])
RETURNS dup_select_private.schema_table[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tables dup_select_private.schema_table[] := tables;
    v_order  integer[] := dup_select_private.in_order(tables);
    v_before boolean[] := array_fill(false, ARRAY[cardinality(tables)]);
    v_link   dup_select_private.schema_link;
    v_n      integer;
BEGIN
    FOR v_n IN 1 .. cardinality(tables) LOOP
        v_before[v_n] := v_before[v_n] OR NOT (tables[v_n]).whole;
        FOREACH v_link IN ARRAY (tables[v_n]).links LOOP
            IF NOT (tables[v_n]).whole AND v_link."table" IS NOT NULL THEN
                v_before[v_link."table"] := true;
            END IF;
        END LOOP;
    END LOOP;
    FOR v_place IN REVERSE cardinality(v_order) .. 1 LOOP
        v_n := v_order[v_place];
        FOREACH v_link IN ARRAY (tables[v_n]).links LOOP
            IF v_before[v_n] AND v_link."table" IS NOT NULL THEN
                v_before[v_link."table"] := true;
            END IF;
        END LOOP;
        IF v_before[v_n] OR NOT EXISTS (SELECT FROM unnest((tables[v_n]).links) l WHERE l."table" IS NOT NULL) THEN
            v_tables[v_n].dangles := NULL;
        END IF;
    END LOOP;
    RETURN v_tables;
END
$$;

-- To whom each table refers, by its number: an object of arrays; itself excepted. keys: by the natural key.
CREATE FUNCTION dup_select_private.schema_edges(tables dup_select_private.schema_table[], keys boolean) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(jsonb_object_agg(e.child, e.parents), '{}')
    FROM (SELECT t.ordinality AS child, jsonb_agg(DISTINCT r."table") AS parents
          FROM unnest(tables) WITH ORDINALITY t CROSS JOIN unnest(t.links) r
          WHERE r."table" <> t.ordinality AND (r.in_key OR NOT keys)
          GROUP BY t.ordinality) e
$$;

-- For each of n things the number of its circle, that of a thing in no circle being its own; above those of all it refers to.
-- Tarjan's algorithm: a circle is complete when all that it refers to is, so that its rank is known then.
CREATE FUNCTION dup_select_private.circles(n integer, edges jsonb) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_parents jsonb;
    v_parent  integer;
    v_visited integer := 0;
    v_index   integer[] := array_fill(0, ARRAY[n]); -- in which order they were come upon
    v_lowest  integer[] := array_fill(0, ARRAY[n]); -- the first in that order of what each leads to
    v_next    integer[] := array_fill(0, ARRAY[n]); -- which parent is next
    v_rank    integer[] := array_fill(0, ARRAY[n]);
    v_circle  integer[] := array_fill(NULL::integer, ARRAY[n]);
    v_way     integer[] := array_fill(0, ARRAY[n]); -- from a root to the thing that is looked at
    v_open    integer[] := array_fill(0, ARRAY[n]); -- come upon, and in no circle yet
    v_length  integer;
    v_opened  integer := 0;
    v_from    integer;
    v_first   integer;
    v_x       integer;
BEGIN
    FOR v_root IN 1 .. n LOOP
        CONTINUE WHEN v_index[v_root] > 0;
        v_length := 1;
        v_way[1] := v_root;
        WHILE v_length > 0 LOOP
            v_x := v_way[v_length];
            IF v_index[v_x] = 0 THEN
                v_visited := v_visited + 1;
                v_index[v_x] := v_visited;
                v_lowest[v_x] := v_visited;
                v_opened := v_opened + 1;
                v_open[v_opened] := v_x;
            END IF;
            v_parents := edges -> v_x::text;
            v_parent := (v_parents ->> v_next[v_x])::integer;
            IF v_parent IS NOT NULL THEN
                v_next[v_x] := v_next[v_x] + 1;
                IF v_index[v_parent] = 0 THEN
                    v_length := v_length + 1;
                    v_way[v_length] := v_parent;
                ELSIF v_circle[v_parent] IS NULL THEN
                    v_lowest[v_x] := least(v_lowest[v_x], v_index[v_parent]);
                ELSE
                    v_rank[v_x] := greatest(v_rank[v_x], v_rank[v_parent] + 1);
                END IF;
                CONTINUE;
            END IF;
            v_length := v_length - 1;
            IF v_lowest[v_x] = v_index[v_x] THEN
                v_from := v_opened;
                v_first := v_x;
                WHILE v_open[v_from] <> v_x LOOP
                    v_rank[v_x] := greatest(v_rank[v_x], v_rank[v_open[v_from]]);
                    v_first := least(v_first, v_open[v_from]);
                    v_from := v_from - 1;
                END LOOP;
                FOR v_at IN v_from .. v_opened LOOP
                    v_rank[v_open[v_at]] := v_rank[v_x];
                    v_circle[v_open[v_at]] := v_first;
                END LOOP;
                v_opened := v_from - 1;
            END IF;
            IF v_length > 0 THEN
                IF v_circle[v_x] IS NULL THEN
                    v_lowest[v_way[v_length]] := least(v_lowest[v_way[v_length]], v_lowest[v_x]);
                ELSE
                    v_rank[v_way[v_length]] := greatest(v_rank[v_way[v_length]], v_rank[v_x] + 1);
                END IF;
            END IF;
        END LOOP;
    END LOOP;
    RETURN ARRAY(SELECT v_rank[x] * (n + 1) + v_circle[x] FROM generate_series(1, n) x ORDER BY x);
END
$$;
