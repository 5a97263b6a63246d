SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.add_text_indexes()
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' AS $$
BEGIN
    CALL exograph_private.add_optional_indexes('add_text_indexes', 'text');
END
$$;

COMMENT ON PROCEDURE exograph.add_text_indexes() IS
'Builds indexes of trigrams on the sources of files and the texts of comments, which LIKE, ILIKE and regular expressions (~) use;
of what exists already nothing. Loads keep them from then on, and take longer for it; drop_text_indexes ends that. Installs the
extension pg_trgm in schema exograph_trgm, unless it is installed anywhere. Writers wait meanwhile, readers do not. For the owner
and superusers. Errors: XG007, XG013, 0A000 (the server does not have the extension), 25006, 42501, 55P03.';
