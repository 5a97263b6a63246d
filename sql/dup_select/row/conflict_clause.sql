-- The key that a BEFORE trigger gives a row shows only inside ON CONFLICT. Its UPDATE is refused by its WHERE clause, which
-- leaves word of the row instead: the row is locked but not written, and no UPDATE trigger for each row fires. The setting is
-- one for each depth of triggers, since an AFTER trigger may come here too.
CREATE OR REPLACE FUNCTION dup_select.conflict_clause(index regclass) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT pg_catalog.format(
        'ON CONFLICT %s DO UPDATE SET %I = existing.%2$I '
        'WHERE pg_catalog.set_config(%L, pg_catalog.concat_ws('' '', existing.tableoid, existing.ctid), true) IS NULL',
        dup_select.conflict_target(index), dup_select.settable_column((dup_select.index_facts(index)).indexed),
        dup_select.found_setting())
$$;

ALTER FUNCTION dup_select.conflict_clause(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.conflict_clause(regclass) IS
    'ON CONFLICT clause that locks the row which stands, changes nothing, and leaves its place in found_setting().';
REVOKE ALL ON FUNCTION dup_select.conflict_clause(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.conflict_clause(regclass) TO PUBLIC;
