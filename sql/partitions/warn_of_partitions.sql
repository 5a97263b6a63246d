CREATE OR REPLACE PROCEDURE exograph.warn_of_partitions()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_most text;
BEGIN
    SELECT string_agg(format('%s has %s', p.table_name, p.count), ', ') INTO v_most
    FROM (SELECT table_name, count(*) FROM exograph.fact_partitions GROUP BY table_name) p
    WHERE p.count > exograph.most_partitions();
    IF v_most IS NOT NULL THEN
        RAISE WARNING 'more than % partitions slow every query down: %', exograph.most_partitions(), v_most
            USING HINT = 'CALL exograph.merge_partitions() merges those of old loads.';
    END IF;
END
$$;

ALTER PROCEDURE exograph.warn_of_partitions() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.warn_of_partitions() IS 'Warns where a fact table has more than most_partitions().';
REVOKE ALL ON PROCEDURE exograph.warn_of_partitions() FROM PUBLIC;
