SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Collapses facts of equal identity in new_<table>, returns how many went, and builds its indexes; only_identity: the unique
-- one, which finds them.
CREATE OR REPLACE FUNCTION exograph_private.index_facts(load_id integer, table_name text, only_identity boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_collapsed bigint;
    v_index     regclass;
BEGIN
    PERFORM exograph_private.start_phase(load_id, 'indexing', table_name);
    v_collapsed := exograph_private.index_identity(load_id, table_name);
    IF only_identity THEN
        RETURN v_collapsed;
    END IF;
    FOR v_index IN
        SELECT i.indexrelid FROM pg_index i
        WHERE i.indrelid = format('exograph.%I', table_name)::regclass AND NOT i.indisunique
    LOOP
        CALL exograph_private.create_fact_index(v_index, 'new_' || table_name, exograph_private.partition_name(table_name, load_id));
    END LOOP;
    RETURN v_collapsed;
END
$$;

-- Builds the identity index of new_<table>, collapsing facts of equal identity where there are any, and returns how many went.
-- Most loads hold no fact twice, and the index has to be built anyway: it is asked first, and only its failure, or that of
-- index_staged, makes anybody look for duplicates.
CREATE OR REPLACE FUNCTION exograph_private.index_identity(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_index     regclass := exograph_private.identity_index(table_name);
    v_collapsed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM staged_rows r WHERE r.table_name = index_identity.table_name AND r.repeats) THEN
        BEGIN
            CALL exograph_private.create_fact_index(v_index, 'new_' || table_name, exograph_private.partition_name(table_name, load_id));
            RETURN 0;
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END IF;
    v_collapsed := exograph_private.collapse_facts(load_id, table_name);
    CALL exograph_private.create_fact_index(v_index, 'new_' || table_name, exograph_private.partition_name(table_name, load_id));
    RETURN v_collapsed;
END
$$;

-- Deletes from new_<table> all but the lowest of the facts of equal identity, and returns how many went.
CREATE OR REPLACE FUNCTION exograph_private.collapse_facts(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match     record := exograph_private.match_facts(table_name);
    v_collapsed bigint;
    v_conflicts bigint;
BEGIN
    EXECUTE format(
        'CREATE UNLOGGED TABLE losing AS
         SELECT ranked.ctid AS row, ranked.differs
         FROM (SELECT ctid, row_number() OVER w AS position, ROW(%2$s) IS DISTINCT FROM first_value(ROW(%2$s)) OVER w AS differs
               FROM %1$I
               WINDOW w AS (PARTITION BY %3$s ORDER BY %2$s)) ranked
         WHERE ranked.position > 1',
        'new_' || table_name, concat_ws(', ', v_match.payload, 'load_id'), v_match.identity);
    EXECUTE format('DELETE FROM %I n USING losing WHERE n.ctid = losing.row', 'new_' || table_name);
    GET DIAGNOSTICS v_collapsed = ROW_COUNT;
    v_conflicts := (SELECT count(*) FILTER (WHERE differs) FROM losing);
    DROP TABLE losing;

    UPDATE exograph.load_tables t SET conflicting = t.conflicting + v_conflicts
    WHERE t.load_id = collapse_facts.load_id AND t.table_name = collapse_facts.table_name;
    RETURN v_collapsed;
END
$$;

-- The unique index of a fact table.
CREATE OR REPLACE FUNCTION exograph_private.identity_index(table_name text) RETURNS regclass
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT i.indexrelid::pg_catalog.regclass
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = pg_catalog.format('exograph.%I', table_name)::pg_catalog.regclass AND i.indisunique
$$;

-- Builds on a table of the load what parent_index is on the partitioned table, named after the partition to be, unless it is
-- there, in its tablespace. Errors: 23505, 42501. The definition is that of the partitioned table's own index, so ATTACH finds
-- its equal and builds nothing under lock.
CREATE OR REPLACE PROCEDURE exograph_private.create_fact_index(parent_index regclass, target text, partition_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_parent     text;
    v_index      text;
    v_name       name;
    v_tablespace text;
    v_default    text := current_setting('default_tablespace');
BEGIN
    SELECT p.relname, c.relname, t.spcname INTO v_parent, v_index, v_tablespace
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class p ON p.oid = i.indrelid
    LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
    WHERE i.indexrelid = parent_index;
    v_name := partition_name || CASE WHEN starts_with(v_index, v_parent || '_')
                                     THEN substr(v_index, length(v_parent) + 1) ELSE '_' || v_index END;
    IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                   WHERE i.indrelid = format('%I', target)::regclass AND c.relname = v_name)
    THEN
        -- A definition does not say where.
        IF exograph_private.tablespace_clause(parent_index) <> '' THEN
            PERFORM set_config('default_tablespace', v_tablespace, true);
        END IF;
        EXECUTE replace(pg_get_indexdef(parent_index),
                        format(' INDEX %I ON ONLY %I.%I ', v_index, 'exograph', v_parent), -- quoted or not, as the caller has it
                        format(' INDEX %I ON %I ', v_name, target));
        PERFORM set_config('default_tablespace', v_default, true);
    END IF;
END
$$;
