SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.drop_text_indexes()
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CALL exograph_private.drop_optional_indexes('drop_text_indexes', 'text');
END
$$;

COMMENT ON PROCEDURE exograph.drop_text_indexes() IS
'Drops what add_text_indexes has built, also where a load has deferred it; without effect where there is nothing. The extension
pg_trgm stays, for others may use it. Writers wait, readers for the moment of dropping. For the owner and superusers. Errors:
XG007, 25006, 42501, 55P03.';
