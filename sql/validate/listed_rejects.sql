-- A row that names a row which is rejected or was not staged comes after all that break a rule of their own: one package that is
-- named twice may take 18,878 calls with it.
CREATE OR REPLACE FUNCTION exograph.listed_rejects()
RETURNS TABLE (table_name text, reason text, staged_ctid tid, "position" bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT r.table_name, r.reason, r.staged_ctid, row_number() OVER (
            ORDER BY r.reason LIKE '% is no number of a valid row in staged\_%', c.table_position, r.staged_ctid)
        FROM rejects r
        JOIN (SELECT DISTINCT c.table_name, c.table_position FROM exograph.staging_columns c) c USING (table_name)
        ORDER BY 4;
END
$$;

ALTER FUNCTION exograph.listed_rejects() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.listed_rejects() IS
    'The rejects of the load on the search path, causes before consequences, and each in the order in which tables depend on '
    'each other.';
REVOKE ALL ON FUNCTION exograph.listed_rejects() FROM PUBLIC;
