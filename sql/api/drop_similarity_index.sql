SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.drop_similarity_index()
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CALL exograph_private.drop_optional_indexes('drop_similarity_index', 'similarity');
END
$$;

COMMENT ON PROCEDURE exograph.drop_similarity_index() IS
'Drops what add_similarity_index has built, also where a load has deferred it; without effect where there is nothing. Writers
wait, readers for the moment of dropping. For the owner and superusers. Errors: XG007, 25006, 42501, 55P03.';
