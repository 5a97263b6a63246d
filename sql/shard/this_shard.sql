SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Makes the number of this shard what exograph_shard.this_shard() returns, and with it a literal in the views of exograph_shard:
-- the planner puts it in the place of the call, as it could not do with one that it has to read. To be called by whatever
-- changes exograph_shard.number.
CREATE OR REPLACE PROCEDURE exograph_private.name_shard()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE FUNCTION exograph_shard.this_shard() RETURNS pg_catalog.int4
                    LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS ''SELECT %s''',
                   (SELECT n.number FROM exograph_shard.number n));
END
$$;

DO $$
BEGIN
    CALL exograph_private.name_shard();
END
$$;

COMMENT ON FUNCTION exograph_shard.this_shard() IS
    'For views: the number of this shard, as exograph_shard.number has it. 0 where the index is none.';
