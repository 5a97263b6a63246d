SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.add_similarity_index()
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' AS $$
BEGIN
    CALL exograph_private.add_optional_indexes('add_similarity_index', 'similarity');
END
$$;

COMMENT ON PROCEDURE exograph.add_similarity_index() IS
'Builds the index of hashes of sub-trees that exograph_find.similar uses; without it that reads all fragments. Without effect
where it exists. Loads keep it from then on, and take longer for it: some 1 us and 6 bytes for each hash; drop_similarity_index
ends that. Writers wait meanwhile, readers do not. For the owner and superusers. Errors: XG007, 25006, 42501, 55P03.';
