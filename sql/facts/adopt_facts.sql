-- An index build also enters rows that this transaction deleted (rejects), or that an older snapshot may still see (rows mended
-- by hand), so one that no index can hold spoils a table of good rows. That is rare, found out by the build alone, and undone
-- here: the table is written again, without dead rows. If a live row is to blame, its index fails there in the same way.
CREATE OR REPLACE FUNCTION exograph.adopt_facts(
    IN load_id integer, IN table_name text, IN staged bigint, IN least_rows bigint, IN offsets jsonb, IN versioned boolean,
    OUT path text, OUT reason text, OUT remaining bigint, OUT collapsed bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF EXISTS (SELECT FROM staged_rows r WHERE r.table_name = adopt_facts.table_name AND r.unfit) THEN
        RAISE program_limit_exceeded;
    END IF;
    SELECT f.path, f.reason, f.remaining INTO path, reason, remaining
    FROM exograph.finish_facts(load_id, table_name, staged, offsets, versioned) f;
    IF path IS NOT NULL AND remaining > 0 THEN
        collapsed := exograph.index_facts(load_id, table_name, only_identity => remaining < least_rows);
    END IF;
EXCEPTION WHEN program_limit_exceeded OR data_exception OR internal_error OR raise_exception THEN
    path := NULL;
    reason := 'the staging table has dead rows that no index can hold';
END
$$;

ALTER FUNCTION exograph.adopt_facts(integer, text, bigint, bigint, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.adopt_facts(integer, text, bigint, bigint, jsonb, boolean) IS
    'Makes staged_<table> of a load with reserved ids new_<table> with its indexes (of fewer rows than least_rows: only the '
    'unique one), as it stands or after mending few rows. path: attached, mended, or NULL where it has to be written again, and '
    'has not been changed. remaining: rows that did not stand. collapsed: how many of these were equal to others.';
REVOKE ALL ON FUNCTION exograph.adopt_facts(integer, text, bigint, bigint, jsonb, boolean) FROM PUBLIC;
