SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- All that is wrong in one snapshot, in the order in which it is best mended: what the rows lie in, then rows, then what forbids
-- them to be wrong, which cannot be made before.
CREATE OR REPLACE FUNCTION exograph_private.findings() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY SELECT * FROM exograph_private.check_tables();
    RETURN QUERY SELECT * FROM exograph_private.check_triggers();
    RETURN QUERY SELECT * FROM exograph_private.check_keys();
    RETURN QUERY SELECT * FROM exograph_private.check_look_ups();
    RETURN QUERY SELECT * FROM exograph_private.check_loads();
    RETURN QUERY SELECT * FROM exograph_private.check_places();
    RETURN QUERY SELECT * FROM exograph_private.check_orphans();
    RETURN QUERY SELECT * FROM exograph_private.check_identities();
    RETURN QUERY SELECT * FROM exograph_private.check_sets();
    RETURN QUERY SELECT * FROM exograph_private.check_disjoint_sets();
    RETURN QUERY SELECT * FROM exograph_private.check_sequences();
    RETURN QUERY SELECT * FROM exograph_private.check_indexes();
    RETURN QUERY SELECT * FROM exograph_private.check_partition_indexes();
    RETURN QUERY SELECT * FROM exograph_private.check_constraints();
    RETURN QUERY SELECT * FROM exograph_private.check_staging();
END
$$;
