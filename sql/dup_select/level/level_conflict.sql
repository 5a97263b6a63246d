-- What a BEFORE trigger made of the key shows only inside ON CONFLICT. The UPDATE is refused by its WHERE clause, which leaves
-- word of the row: it is locked, but not written, and no UPDATE trigger for each row fires.
CREATE OR REPLACE FUNCTION dup_select.level_conflict(level jsonb, returned text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select.level_conflict_target(level)
        || CASE
            WHEN (level ->> 'triggered')::boolean THEN format(
' DO UPDATE SET %1$I = existing.%1$I
            WHERE pg_catalog.set_config(%2$s, pg_catalog.jsonb_build_array(%3$s)::pg_catalog.text, true) IS NULL',
                dup_select.settable_column((level ->> 'relation')::oid), dup_select.level_found_setting(),
                dup_select.level_list(ARRAY(SELECT dup_select.level_key_text(level, r.name, format('existing.%I', r.name))
                                            FROM unnest(returned) WITH ORDINALITY AS r (name, n) ORDER BY r.n), ', ', 16))
            ELSE ' DO NOTHING'
        END
$$;

ALTER FUNCTION dup_select.level_conflict(jsonb, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_conflict(jsonb, text[]) IS
    'ON CONFLICT clause of the natural key; where BEFORE triggers may change that, it leaves these columns of the row that '
    'stands in level_found_setting(). NULL where there is no natural key.';
REVOKE ALL ON FUNCTION dup_select.level_conflict(jsonb, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_conflict(jsonb, text[]) TO PUBLIC;
