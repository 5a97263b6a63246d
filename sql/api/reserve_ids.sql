SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- nextval, because other sessions take ids from the same sequences at the same time. Where nobody did, one range comes out.
-- Reserved ids are gone, used or not, and terms have but 2^31: a load gets at most 1/128 of a table's ids (of terms 16.7 million,
-- more than 1,635 packages hold), and no reservation the upper half, so that whoever numbers rows otherwise can always go on.
CREATE OR REPLACE FUNCTION exograph.reserve_ids(load_id integer, table_name text, count bigint)
RETURNS TABLE (first bigint, last bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_load     exograph_private.load;
    v_sequence regclass;
    v_left     bigint;
    v_taken    bigint;
    v_most     bigint;
BEGIN
    v_load := exograph_private.read_load(exograph_private.lock_open_load(reserve_ids.load_id));
    IF NOT v_load.is_reserved THEN
        RAISE EXCEPTION 'load % was not begun with ids => ''reserved''', reserve_ids.load_id USING ERRCODE = 'XG008',
            HINT = 'It gives new ids to its rows whatever their numbers are, so reserved ones would be lost.';
    END IF;
    IF NOT EXISTS (SELECT FROM exograph_private.staging_tables t
                   WHERE t.table_name = reserve_ids.table_name AND t.kind = 'dimension')
    THEN
        RAISE EXCEPTION 'table_name must be ''packages'', ''package_versions'', ''files'', ''terms'', ''fragments'' or '
                '''graph_nodes'', not %', quote_nullable(reserve_ids.table_name)
            USING ERRCODE = 'XG008', HINT = 'The rows of other tables have no ids.';
    END IF;
    IF reserve_ids.count BETWEEN 1 AND 10000000 IS NOT TRUE THEN
        RAISE EXCEPTION 'count must be from 1 to 10,000,000, not %', coalesce(reserve_ids.count::text, 'NULL')
            USING ERRCODE = 'XG008', HINT = 'Reserve as often as needed.';
    END IF;
    v_sequence := pg_get_serial_sequence(format('exograph.%I', reserve_ids.table_name), 'id');

    -- Two that reserve at once would share out single ids between them.
    CALL exograph_private.take_turn(reserve_ids.table_name);
    -- What nextval takes is lost even if this fails.
    SELECT s.seqmax / 128, s.seqmax / 2 - coalesce(pg_sequence_last_value(v_sequence), 0) INTO v_most, v_left
    FROM pg_sequence s WHERE s.seqrelid = v_sequence;
    SELECT coalesce(sum(r.last - r.first + 1), 0) INTO v_taken
    FROM exograph.reserved_ids r
    WHERE r.load_id = reserve_ids.load_id AND r.table_name = reserve_ids.table_name;
    IF v_taken + reserve_ids.count > v_most THEN
        RAISE EXCEPTION 'load % has reserved % ids of exograph.% and asks for % more: % are the most that a load may have',
                reserve_ids.load_id, v_taken, reserve_ids.table_name, reserve_ids.count, v_most
            USING ERRCODE = 'XG012',
                HINT = 'Reserve no more than the rows that will be staged, or divide them over several loads.';
    END IF;
    IF reserve_ids.count > v_left THEN
        RAISE EXCEPTION 'load % asks for % ids of exograph.%, of which % are left for reservations',
                reserve_ids.load_id, reserve_ids.count, reserve_ids.table_name, greatest(v_left, 0)
            USING ERRCODE = 'XG012',
                DETAIL = 'The upper half of the ids is kept for rows that are numbered otherwise.',
                HINT = 'Load with ids => ''numbered'', or insert row by row: both still get ids.';
    END IF;
    RETURN QUERY
        INSERT INTO exograph.reserved_ids AS r (load_id, table_name, first, last)
        SELECT reserve_ids.load_id, reserve_ids.table_name, min(i.id), max(i.id)
        FROM (
            SELECT n.id, n.id - row_number() OVER (ORDER BY n.id) AS range
            FROM (
                SELECT nextval(v_sequence) AS id FROM generate_series(1, reserve_ids.count)
            ) n
        ) i
        GROUP BY i.range
        ORDER BY min(i.id)
        RETURNING r.first, r.last;
END
$$;

COMMENT ON FUNCTION exograph.reserve_ids(integer, text, bigint) IS
'Reserves ids of a dimension for the rows that a load begun with ids => ''reserved'' will stage: as many as asked for, in as
few ranges as can be. Ids that are not used are lost. A load gets at most 1/128 of the ids of a table, and none of their upper
half is reserved. Call it in a transaction of its own: one that has written through a view may deadlock with a finalize of that
load. Errors: XG001, XG002, XG008, XG012, 25006, 40P01,
42501, 55P03.';
