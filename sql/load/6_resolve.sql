SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Adds the staged facts that do not exist yet, table by table.
CREATE OR REPLACE PROCEDURE exograph_private.resolve_facts(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_fact text;
BEGIN
    FOR v_fact IN
        SELECT t.table_name FROM exograph_private.staging_tables t WHERE t.kind = 'fact' ORDER BY t.table_position
    LOOP
        CALL exograph_private.resolve_table(load, v_fact);
    END LOOP;
END
$$;

-- Adds the staged facts of a table that do not exist yet: as a partition of the load, which the staging table becomes where its
-- rows are final, or to the shared one where they are too few. Reports the path and why.
CREATE OR REPLACE PROCEDURE exograph_private.resolve_table(load exograph_private.load, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_rows        bigint := (SELECT t.staged - t.rejected FROM exograph.load_tables t
                             WHERE t.load_id = load.load_id AND t.table_name = resolve_table.table_name);
    v_least       bigint := exograph_private.least_rows_of_partition(table_name, load.partition_threshold);
    v_bound       text   := exograph_private.bound_of_partition(v_least, load.partition_threshold);
    v_shared      boolean := v_rows < v_least;
    v_new         bigint;
    v_offsets     jsonb := (SELECT jsonb_object_agg(o.table_name, to_jsonb(o) - 'table_name') FROM number_offsets o);
    v_versioned   boolean := (SELECT r.derived = 0 FROM staged_rows r WHERE r.table_name = resolve_table.table_name);
    v_collapsed   bigint;
    v_conflicting bigint;
    v_path        text;
    v_reason      text;
BEGIN
    IF v_rows = 0 THEN
        RETURN;
    END IF;
    CALL exograph_private.start_phase(load.load_id, 'resolve', table_name);
    IF exograph_private.has_replaced(load, table_name) THEN
        v_offsets := coalesce(v_offsets, '{}') || '{"facts": {"inserted": true}}';
    END IF;
    IF v_shared THEN
        v_reason := 'fewer rows than ' || v_bound;
    ELSIF load.is_reserved AND NOT exograph_private.is_logged('staged_' || table_name) THEN
        v_reason := 'staged without WAL, since much of it existed';
    ELSIF load.is_reserved THEN
        SELECT a.path, a.reason, a.remaining, a.collapsed INTO v_path, v_reason, v_new, v_collapsed
        FROM exograph_private.keep_facts(load.load_id, table_name, v_rows, v_least, v_offsets, v_versioned) a;
    ELSE
        v_reason := 'the numbers are the producer''s own';
    END IF;
    IF v_path IS NULL THEN
        CALL exograph_private.drop_staged_indexes(table_name, only_unique => false);
        v_new := exograph_private.rewrite_facts(load.load_id, table_name, v_rows, v_shared, v_offsets, v_versioned);
        v_path := CASE WHEN v_shared THEN 'shared' ELSE 'partition' END;
    END IF;

    IF v_new = 0 THEN
        v_path := 'empty';
        v_reason := 'all rows existed already';
        EXECUTE format('DROP TABLE %I', 'new_' || table_name);
    ELSE
        IF v_collapsed IS NULL THEN
            v_collapsed := exograph_private.index_facts(load.load_id, table_name, only_identity => v_shared OR v_new < v_least);
        END IF;
        IF v_path <> 'shared' AND v_new < v_least THEN
            v_path := 'shared';
            v_reason := 'fewer new rows than ' || v_bound;
        END IF;
        IF v_path = 'shared' THEN
            CALL exograph_private.share_facts(load.load_id, table_name);
        ELSE
            CALL exograph_private.attach_facts(load.load_id, table_name);
        END IF;
    END IF;

    v_collapsed := coalesce(v_collapsed, 0);
    SELECT r.conflicting INTO v_conflicting FROM staged_rows r WHERE r.table_name = resolve_table.table_name;
    PERFORM exograph_private.report(load, table_name, v_new - v_collapsed, v_collapsed, v_conflicting, v_path, v_reason);
END
$$;

-- Makes staged_<table> of a load with reserved ids new_<table> with its indexes (of fewer rows than least_rows: only the unique
-- one), as it is or after patching few rows. path: attached, patched, or NULL where it has to be written again, and has not been
-- changed. remaining: rows that did not exist. collapsed: how many of these were equal to others. Where the staging table holds
-- a dead row that no index can hold (index_staged), all is undone here and the table is written again; if a live row is to
-- blame, its index fails there in the same way.
CREATE OR REPLACE FUNCTION exograph_private.keep_facts(
    IN load_id integer, IN table_name text, IN staged bigint, IN least_rows bigint, IN offsets jsonb, IN versioned boolean,
    OUT path text, OUT reason text, OUT remaining bigint, OUT collapsed bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF EXISTS (SELECT FROM staged_rows r WHERE r.table_name = keep_facts.table_name AND r.unindexable) THEN
        RAISE program_limit_exceeded;
    END IF;
    SELECT f.path, f.reason, f.remaining INTO path, reason, remaining
    FROM exograph_private.make_facts_final(load_id, table_name, staged, offsets, versioned) f;
    IF path IS NOT NULL AND remaining > 0 THEN
        collapsed := exograph_private.index_facts(load_id, table_name, only_identity => remaining < least_rows);
    END IF;
EXCEPTION WHEN program_limit_exceeded OR data_exception OR internal_error OR raise_exception THEN
    path := NULL;
    reason := 'the staging table has dead rows that no index can hold';
END
$$;

-- The part of keep_facts that makes the rows of staged_<table> final, and the table new_<table>. A staged fact whose numbers
-- are ids is final: its table need not be written again. A row changed in place leaves a dead one and writes WAL for both, so
-- more than a tenth of them is not patched but written again.
CREATE OR REPLACE FUNCTION exograph_private.make_facts_final(
    IN load_id integer, IN table_name text, IN staged bigint, IN offsets jsonb, IN versioned boolean,
    OUT path text, OUT reason text, OUT remaining bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_query   text := exograph_private.changes_query(table_name, offsets, versioned);
    v_changes bigint := 0;
BEGIN
    remaining := staged;
    -- Columns that somebody added have no default in the staging table.
    IF exograph_private.has_columns_of_its_own(table_name) THEN
        reason := 'the table has columns of its own';
        RETURN;
    END IF;
    IF v_query IS NOT NULL THEN
        EXECUTE format('CREATE UNLOGGED TABLE changes AS %s LIMIT %s', v_query, staged / 10 + 1);
        GET DIAGNOSTICS v_changes = ROW_COUNT;
        IF v_changes BETWEEN 1 AND staged / 10 THEN
            CALL exograph_private.drop_staged_indexes(table_name, only_unique => true);
            remaining := staged - exograph_private.patch_facts(table_name);
        END IF;
        DROP TABLE changes;
    END IF;
    IF v_changes > staged / 10 THEN
        reason := 'more than a tenth of the rows has other ids, or other packages, or may exist already';
        RETURN;
    END IF;
    CALL exograph_private.form_partition(load_id, table_name);
    IF v_changes = 0 THEN
        path := 'attached';
        reason := 'all rows were final';
    ELSE
        path := 'patched';
        reason := format('%s rows were changed or existed already', v_changes);
    END IF;
END
$$;

-- Of the rows of staged_<table> that table changes lists, deletes those that exist in the index, counting the ones that conflict,
-- and brings the others into their final form. Returns how many existed.
CREATE OR REPLACE FUNCTION exograph_private.patch_facts(table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_mergejoin = on SET enable_nestloop = on AS $$
DECLARE
    v_match     record := exograph_private.match_facts(table_name);
    v_changes   bigint := (SELECT count(*) FROM changes);
    v_source    text;
    v_columns   text;
    v_values    text;
    v_existing  bigint;
    v_conflicts bigint;
BEGIN
    SELECT string_agg(format('%I', c.column_name), ', '), string_agg(format('c.%I', c.column_name), ', ')
    INTO v_columns, v_values
    FROM exograph.staging_columns c
    WHERE c.table_name = patch_facts.table_name;
    ANALYZE changes;
    v_source := exograph_private.existing_facts(table_name, v_changes);
    EXECUTE format(
        'WITH existing AS (
            DELETE FROM %I s USING changes f JOIN %s d ON %s WHERE s.ctid = f.staged_ctid AND NOT f.inserted
            RETURNING %s AS differs)
         SELECT count(*), count(*) FILTER (WHERE differs) FROM existing',
        'staged_' || table_name, v_source, v_match.equal, v_match.differing)
    INTO v_existing, v_conflicts;
    CALL exograph_private.forget_existing_facts(v_source);
    EXECUTE format('UPDATE %I s SET (%s) = ROW(%s) FROM changes c WHERE s.ctid = c.staged_ctid',
                   'staged_' || table_name, v_columns, v_values);
    UPDATE staged_rows r SET conflicting = r.conflicting + v_conflicts WHERE r.table_name = patch_facts.table_name;
    RETURN v_existing;
END
$$;

-- Writes the staged facts that do not exist yet, in final form, into a table new_<table>, and returns how many. Of the others it
-- counts those that conflict. shared: the table is only passed on to the shared partition, and needs no WAL of its own.
CREATE OR REPLACE FUNCTION exograph_private.rewrite_facts(
    load_id integer, table_name text, staged bigint, shared boolean, offsets jsonb, versioned boolean
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_mergejoin = on SET enable_nestloop = on AS $$
DECLARE
    v_fresh   bigint;
    v_lacking bigint := 0;
    v_source  text;
BEGIN
    CALL exograph_private.create_new_facts(load_id, table_name, shared);
    EXECUTE exograph_private.fact_query(table_name, true, offsets, versioned);
    GET DIAGNOSTICS v_fresh = ROW_COUNT;
    IF v_fresh < staged THEN
        v_source := exograph_private.existing_facts(table_name, staged - v_fresh);
        EXECUTE exograph_private.fact_query(table_name, false, offsets, versioned, v_source);
        CALL exograph_private.forget_existing_facts(v_source);
        v_lacking := exograph_private.write_lacking_facts(table_name);
    END IF;
    RETURN v_fresh + v_lacking;
END
$$;

-- Where so many staged facts are to be looked for among the existing ones of a table: in the table, or in those of their files,
-- gathered here into existing_facts. Sets how they are joined, for functions with SET clauses for these settings, which end with
-- them: by a hash, unless ten times as many exist and an index may save reading them. The planner takes a hash of seven columns
-- for no better than one of the column with most values. Left to itself it sorted all existing facts, in every worker: 560,000
-- of 1.1M references that exist took 1.7 s, with a hash 0.7; or looked each up by its name, of 28 rows: 560,000 took 10 s, with a
-- hash 0.6. Of few, each is looked for in each partition: 15,000 in 64 took 1.9 s. The files of these are fewer: 0.3 s. It pays
-- from 10,000 look-ups on.
CREATE OR REPLACE FUNCTION exograph_private.existing_facts(table_name text, facts bigint) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_source     text := format('exograph.%I', table_name);
    v_existing   float8;
    v_partitions bigint;
BEGIN
    SELECT coalesce(sum(greatest(c.reltuples, 0)), 0), count(*) INTO v_existing, v_partitions
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = v_source::regclass;
    PERFORM set_config('enable_mergejoin', 'off', true);
    IF facts * 10 <= v_existing THEN
        IF facts * v_partitions < 10000
            OR NOT EXISTS (SELECT FROM exograph.staging_columns c
                           WHERE c.table_name = existing_facts.table_name AND c.column_name = 'file_id' AND c.identity)
        THEN
            RETURN v_source;
        END IF;
        EXECUTE format('CREATE UNLOGGED TABLE existing_facts AS
                        SELECT d.* FROM %s d WHERE d.file_id IN (SELECT m.id FROM map_files m WHERE NOT m.inserted)', v_source);
        v_source := 'existing_facts';
    END IF;
    PERFORM set_config('enable_nestloop', 'off', true);
    RETURN v_source;
END
$$;

-- Drops what existing_facts has gathered, if it has.
CREATE OR REPLACE PROCEDURE exograph_private.forget_existing_facts(source text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF source = 'existing_facts' THEN
        DROP TABLE existing_facts;
    END IF;
END
$$;

-- Writes the facts of table compared that do not exist into new_<table>, and returns how many; the others conflict.
CREATE OR REPLACE FUNCTION exograph_private.write_lacking_facts(table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_columns text := (SELECT string_agg(quote_ident(c.column_name), ', ') FROM exograph.staging_columns c
                       WHERE c.table_name = write_lacking_facts.table_name);
    v_lacking bigint;
BEGIN
    EXECUTE format('INSERT INTO %I (%s) SELECT %2$s FROM compared c WHERE NOT c.is_existing', 'new_' || table_name, v_columns);
    GET DIAGNOSTICS v_lacking = ROW_COUNT;
    UPDATE staged_rows r SET conflicting = r.conflicting + (SELECT count(*) FROM compared c WHERE c.is_existing)
    WHERE r.table_name = write_lacking_facts.table_name;
    DROP TABLE compared;
    RETURN v_lacking;
END
$$;

-- Makes new_<table> for rows that are written again. shared: it is only passed on to the shared partition, and needs no WAL of
-- its own.
CREATE OR REPLACE PROCEDURE exograph_private.create_new_facts(load_id integer, table_name text, shared boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    EXECUTE format('CREATE %s TABLE %I (LIKE exograph.%I INCLUDING ALL EXCLUDING INDEXES,
                                        CONSTRAINT load_id_is_this_load CHECK (load_id = %s)) %s',
                   CASE WHEN shared THEN 'UNLOGGED' ELSE '' END,
                   'new_' || table_name, table_name, load_id,
                   CASE WHEN NOT shared
                       THEN exograph_private.tablespace_clause(format('exograph.%I', table_name)::regclass) END);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN load_id SET DEFAULT %s, REPLICA IDENTITY FULL', 'new_' || table_name, load_id);
END
$$;

-- Whether somebody has added columns to a fact table: they have no default in the staging table.
CREATE OR REPLACE FUNCTION exograph_private.has_columns_of_its_own(table_name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT (SELECT count(*) FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = pg_catalog.format('exograph.%I', table_name)::pg_catalog.regclass
                AND a.attnum > 0 AND NOT a.attisdropped)
        <> (SELECT count(*) + 1 FROM exograph.staging_columns c WHERE c.table_name = has_columns_of_its_own.table_name)
$$;

-- Makes staged_<table>, whose rows are final, new_<table>: with the constraints and defaults of the fact table, and out of
-- everybody's reach. What ATTACH PARTITION demands of a table, in one ALTER, so that it is scanned once, or not at all where it
-- has all of it.
CREATE OR REPLACE PROCEDURE exograph_private.form_partition(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_parent   regclass := format('exograph.%I', table_name)::regclass;
    v_grantees text;
    v_forms    text[];
BEGIN
    EXECUTE format('ALTER TABLE %I RENAME TO %I', 'staged_' || table_name, 'new_' || table_name);
    -- Whoever has rights: the loader, unless its role is gone, and whom an administrator let look at the staging.
    SELECT string_agg(DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, ', ') INTO v_grantees
    FROM (
        SELECT c.relacl AS acl, c.relowner AS owner
        FROM pg_class c
        WHERE c.oid = ('new_' || table_name)::regclass
        UNION ALL
        SELECT a.attacl, c.relowner
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.oid = ('new_' || table_name)::regclass
    ) r, aclexplode(r.acl) g
    WHERE g.grantee <> r.owner;
    IF v_grantees IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON %I FROM %s', 'new_' || table_name, v_grantees);
    END IF;
    SELECT array_agg(f.form) INTO v_forms
    FROM (
        SELECT format('ALTER COLUMN %I SET NOT NULL', a.attname) AS form
        FROM pg_attribute a
        WHERE a.attrelid = v_parent AND a.attnum > 0 AND a.attnotnull
        UNION ALL
        SELECT format('ALTER COLUMN %I SET DEFAULT %s', a.attname, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a
        JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = v_parent AND a.attname <> 'load_id'
        UNION ALL
        SELECT format('ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid))
        FROM pg_constraint c
        WHERE c.conrelid = v_parent AND c.contype = 'c'
        UNION ALL
        SELECT format('ADD CONSTRAINT load_id_is_this_load CHECK (load_id = %s)', form_partition.load_id)
        WHERE NOT EXISTS (SELECT FROM pg_constraint c
                          WHERE c.conrelid = ('new_' || form_partition.table_name)::regclass
                              AND c.conname = 'load_id_is_this_load')
    ) f;
    EXECUTE format('ALTER TABLE %I %s, REPLICA IDENTITY FULL, RESET (autovacuum_enabled)',
                   'new_' || table_name, array_to_string(v_forms, ', '));
END
$$;

-- Drops the indexes of staged facts that are patched (unique ones: rows may become equal) or written again (all).
CREATE OR REPLACE PROCEDURE exograph_private.drop_staged_indexes(table_name text, only_unique boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_drop text;
BEGIN
    FOR v_drop IN
        SELECT CASE WHEN i.constraint_name IS NULL THEN format('DROP INDEX %s', i.index)
                    ELSE format('ALTER TABLE %I DROP CONSTRAINT %I', 'staged_' || table_name, i.constraint_name) END
        FROM exograph_private.indexes_of(format('%I', 'staged_' || table_name)) i
        WHERE i.is_unique OR NOT only_unique
    LOOP
        EXECUTE v_drop;
    END LOOP;
    IF NOT only_unique THEN
        UPDATE staged_rows r SET indexed = false WHERE r.table_name = drop_staged_indexes.table_name;
    END IF;
END
$$;
