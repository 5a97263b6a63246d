CREATE OR REPLACE FUNCTION exograph.has_reserved_ids(load_id integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(l.options ->> 'ids', exograph.default_options() ->> 'ids') = 'reserved'
    FROM exograph.loads l
    WHERE l.load_id = has_reserved_ids.load_id
$$;

ALTER FUNCTION exograph.has_reserved_ids(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.has_reserved_ids(integer) IS
    'Whether the rows of a load are numbered by reserved ids. NULL where there is no such load.';
REVOKE ALL ON FUNCTION exograph.has_reserved_ids(integer) FROM PUBLIC;
