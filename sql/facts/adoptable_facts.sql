-- Asked before the gate is closed: what stands may be a little more by then.
CREATE OR REPLACE FUNCTION exograph.adoptable_facts(load_id integer, partition_threshold bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF (SELECT count(n.file_id) > count(*) / 10 FROM exograph.standing_files() n) THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT t.table_name
        FROM exograph.load_tables t
        JOIN staged_rows r ON r.table_name = t.table_name
        WHERE t.load_id = adoptable_facts.load_id
            AND t.table_name IN (SELECT c.table_name FROM exograph.staging_columns c WHERE c.identity)
            AND t.staged > t.rejected
            AND t.staged - t.rejected >= exograph.least_rows_of_partition(t.table_name, partition_threshold)
            AND r.unfinished <= (t.staged - t.rejected) / 10
            AND NOT (t.table_name = 'fragment_terms' AND EXISTS (
                SELECT FROM staged_terms s JOIN exograph.terms x ON exograph.text_digest(x.term) = exograph.text_digest(s.term)))
        ORDER BY t.position);
END
$$;

ALTER FUNCTION exograph.adoptable_facts(integer, bigint) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.adoptable_facts(integer, bigint) IS
    'Fact tables of a load with reserved ids that will probably become partitions as they are staged: at most a tenth of the '
    'files stands and of the rows is to be filled in, and, for fragment_terms, none of the terms stands.';
REVOKE ALL ON FUNCTION exograph.adoptable_facts(integer, bigint) FROM PUBLIC;
