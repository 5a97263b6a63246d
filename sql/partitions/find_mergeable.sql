-- A merged partition spans the numbers of its loads, so none may be among them whose own partition is still to come.
CREATE OR REPLACE PROCEDURE exograph.find_mergeable(keep integer, INOUT ranges jsonb DEFAULT NULL)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_coming jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.load_id), '[]') FROM exograph.loads_to_come() c);
    v_what   text;
BEGIN
    WITH old AS (
        SELECT p.table_name, p.first_load, p.last_load,
               (SELECT count(*) FROM jsonb_to_recordset(v_coming) AS c (load_id integer) WHERE c.load_id < p.first_load) AS gap
        FROM (
            SELECT *, row_number() OVER (PARTITION BY table_name ORDER BY first_load DESC) AS age
            FROM exograph.fact_partitions
            WHERE first_load IS NOT NULL
        ) p
        WHERE p.age > keep
    ), ranges AS (
        SELECT o.table_name, min(o.first_load) AS first_load, max(o.last_load) AS last_load
        FROM old o
        GROUP BY o.table_name, o.gap
        HAVING count(*) > 1
    )
    SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.table_name, r.first_load), '[]') INTO ranges FROM ranges r;

    FOR v_what IN
        SELECT c.what
        FROM jsonb_to_recordset(v_coming) AS c (load_id integer, what text)
        WHERE EXISTS (SELECT FROM exograph.fact_partitions p
                      JOIN exograph.fact_partitions q USING (table_name)
                      WHERE p.last_load < c.load_id AND q.first_load > c.load_id)
        ORDER BY c.load_id
    LOOP
        RAISE NOTICE '% has its partitions still to come: those before and those after it are not merged with each other', v_what
            USING HINT = 'Once it is finalized or abandoned, merge_partitions takes them together. TABLE exograph.open_loads.';
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.find_mergeable(integer, jsonb) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.find_mergeable(integer, jsonb) IS
    'Ranges of partitions that can be merged, all but the newest keep of each table: an array of {table_name, first_load, '
    'last_load}. A NOTICE for each load that keeps partitions apart.';
REVOKE ALL ON PROCEDURE exograph.find_mergeable(integer, jsonb) FROM PUBLIC;
