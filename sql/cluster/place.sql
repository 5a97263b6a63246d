SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.place(load_id integer, ecosystem text, names text[])
RETURNS TABLE (name text, shard integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_load     exograph_cluster.loads := exograph_private.lock_open_cluster_load(place.load_id);
    v_new      text[];
    v_detached record;
BEGIN
    IF place.ecosystem IS NULL THEN -- of rows without a package
        RETURN QUERY SELECT NULL::text, s.number FROM exograph_cluster.shards s WHERE s.home;
        RETURN;
    ELSIF names IS NULL OR array_position(names, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'names must be names of packages, not NULL' USING ERRCODE = 'XG008',
            HINT = 'Rows without a package are those of ecosystem NULL.';
    END IF;
    v_new := ARRAY(
        SELECT DISTINCT n.name COLLATE "C"
        FROM unnest(names) AS n (name)
        WHERE NOT EXISTS (SELECT FROM exograph_cluster.packages p WHERE p.ecosystem = place.ecosystem AND p.name = n.name)
        ORDER BY 1);
    IF cardinality(v_new) > 0 THEN
        INSERT INTO exograph_cluster.packages (ecosystem, name, shard, load_id)
        SELECT place.ecosystem, n.name, n.shard, place.load_id
        FROM unnest(v_new, exograph_private.choose_shards(cardinality(v_new))) AS n (name, shard)
        ORDER BY n.name
        ON CONFLICT DO NOTHING; -- another load was first: it goes there
    END IF;
    SELECT p.name AS package, s.number, s.name INTO v_detached
    FROM exograph_cluster.packages p
    JOIN exograph_cluster.shards s ON s.number = p.shard AND s.state = 'detached'
    WHERE p.ecosystem = place.ecosystem AND p.name = ANY (names)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'package % of % is on shard % (%), which is detached', v_detached.package, place.ecosystem,
                v_detached.number, v_detached.name
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format('SELECT exograph_cluster.attach_shard(%s) when it answers again, or load without the package.',
                              v_detached.number);
    END IF;
    RETURN QUERY
    SELECT p.name, p.shard
    FROM exograph_cluster.packages p
    WHERE p.ecosystem = place.ecosystem AND p.name = ANY (names);
END
$$;

COMMENT ON FUNCTION exograph_cluster.place(integer, text, text[]) IS
'Shards of packages of an ecosystem, for an open load: where the directory has them; new ones enter it, one after the other where
there is most space left (capacity less size of the database, less what is placed there and not loaded yet), and stay there, also
where the load is abandoned. ecosystem NULL: the shard of rows without a package. Shards are asked for their size once a call, so
many names go in one. Errors: XG001, XG002, XG008, 25006, 42501, 55000 (all are full; detached), 55P03.';

-- Shards for so many new packages. Errors: 08001, none answers; 55000, none has space.
CREATE OR REPLACE FUNCTION exograph_private.choose_shards(packages integer) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_numbers integer[];
    v_free    numeric[];
    v_bytes   numeric; -- that a package may take
    v_best    integer;
    v_chosen  integer[] := '{}';
BEGIN
    SELECT array_agg(z.number ORDER BY z.number), array_agg(z.free ORDER BY z.number), max(z.bytes)
    INTO v_numbers, v_free, v_bytes
    FROM (
        SELECT s.number, greatest(1000000, sum(f.size) OVER () / greatest(1, sum(k.packages) OVER ())) AS bytes,
               coalesce(f.capacity, max(f.capacity) OVER (), 1e18) - f.size
                   - k.placed * greatest(1000000, sum(f.size) OVER () / greatest(1, sum(k.packages) OVER ())) AS free
        FROM exograph_private.shard_sizes() f
        JOIN exograph_cluster.shards s ON s.number = f.number
        CROSS JOIN LATERAL (
            SELECT count(*) AS packages, count(*) FILTER (WHERE l.state IN ('open', 'committed')) AS placed
            FROM exograph_cluster.packages p
            LEFT JOIN exograph_cluster.loads l ON l.id = p.load_id
            WHERE p.shard = s.number
        ) k
    ) z;
    IF v_numbers IS NULL THEN
        RAISE EXCEPTION 'no attached shard answers' USING ERRCODE = 'sqlclient_unable_to_establish_sqlconnection',
            HINT = 'TABLE exograph_cluster.cluster_status tells what is wrong.';
    END IF;
    FOR n IN 1 .. packages LOOP
        v_best := 1;
        FOR i IN 2 .. cardinality(v_free) LOOP
            IF v_free[i] > v_free[v_best] THEN
                v_best := i;
            END IF;
        END LOOP;
        IF v_free[v_best] <= 0 THEN
            RAISE EXCEPTION 'no shard has space left for % new packages', packages
                USING ERRCODE = 'object_not_in_prerequisite_state', -- of class 53 drivers close the connection
                DETAIL = format('A package is taken to need %s, as those that are there.', pg_size_pretty(v_bytes)),
                HINT = 'SELECT exograph_cluster.add_shard(...) adds one; capacity_bytes in exograph_cluster.shards may grow.';
        END IF;
        v_free[v_best] := v_free[v_best] - v_bytes;
        v_chosen := v_chosen || v_numbers[v_best];
    END LOOP;
    RETURN v_chosen;
END
$$;

-- Attached shards that answer, with the size of their database and the capacity, in bytes.
CREATE OR REPLACE FUNCTION exograph_private.shard_sizes() RETURNS TABLE (number integer, size numeric, capacity numeric)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_answer exograph_private.shard_answer;
BEGIN
    FOR v_answer IN
        SELECT * FROM exograph_private.ask_all('SELECT pg_catalog.pg_database_size(pg_catalog.current_database())')
    LOOP
        IF v_answer.state IS NULL THEN
            number := (v_answer.shard).number;
            size := v_answer.value;
            capacity := (v_answer.shard).capacity_bytes;
            RETURN NEXT;
        ELSIF v_answer.state LIKE '08%' THEN
            RAISE NOTICE '%', v_answer.problem USING HINT = 'New packages go to other shards.';
        ELSE
            RAISE EXCEPTION '%', v_answer.problem USING ERRCODE = v_answer.state, DETAIL = v_answer.detail, HINT = v_answer.hint;
        END IF;
    END LOOP;
END
$$;
