-- The definition is that of the partitioned table's own index, so ATTACH finds its equal and builds nothing under lock.
CREATE OR REPLACE PROCEDURE exograph.create_fact_index(parent_index regclass, target text, partition_name text)
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
        IF exograph.tablespace_clause(parent_index) <> '' THEN
            PERFORM set_config('default_tablespace', v_tablespace, true);
        END IF;
        EXECUTE replace(pg_get_indexdef(parent_index),
                        format(' INDEX %I ON ONLY %I.%I ', v_index, 'exograph', v_parent), -- quoted or not, as the caller has it
                        format(' INDEX %I ON %I ', v_name, target));
        PERFORM set_config('default_tablespace', v_default, true);
    END IF;
END
$$;

ALTER PROCEDURE exograph.create_fact_index(regclass, text, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.create_fact_index(regclass, text, text) IS
    'Builds on a table of the load what parent_index is on the partitioned table, named after the partition to be, unless it is '
    'there, in its tablespace. '
    'Errors: 23505, 42501.';
REVOKE ALL ON PROCEDURE exograph.create_fact_index(regclass, text, text) FROM PUBLIC;
