SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.attach_shard(shard integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shard exograph_cluster.shards := exograph_private.find_shard(shard, attached => false);
    v_link  text;
BEGIN
    CALL exograph_private.require_owner('attach_shard', 'It decides what all read.');
    v_link := exograph_private.open_reader_link(v_shard);
    CALL exograph_private.require_fit_shard(v_link, v_shard);
    CALL exograph_private.close_link(v_link);
    PERFORM exograph_cluster.attach_tables(shard);
    UPDATE exograph_cluster.shards s SET state = 'attached' WHERE s.number = shard;
END
$$;

COMMENT ON FUNCTION exograph_cluster.attach_shard(integer) IS
'Has exograph_all read a shard again, and loads write to it, that detach_shard has left out. Of an attached one its version and
settings are looked at. For members of exograph_owner. Errors: XG008, 08001, 42501, 55000.';

CREATE OR REPLACE FUNCTION exograph_cluster.detach_shard(shard integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CALL exograph_private.require_owner('detach_shard', 'It decides what all read.');
    PERFORM exograph_private.find_shard(shard, attached => false);
    PERFORM exograph_cluster.detach_tables(shard);
    UPDATE exograph_cluster.shards s SET state = 'detached' WHERE s.number = shard;
END
$$;

COMMENT ON FUNCTION exograph_cluster.detach_shard(integer) IS
'Leaves a shard out: exograph_all answers without it, and loads refuse to touch it. Its packages stay in the directory, and it
need not answer. What is prepared there stays so until it is attached, and resolve_loads called. For members of exograph_owner.
Errors: XG008, 42501.';
