-- A column that two foreign keys share may be an input itself: a look-up that finds nothing must not overwrite it.
CREATE OR REPLACE FUNCTION dup_select.level_find_parent(level jsonb, select_first boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns text[];
    v_outs    text[];
    v_select  text;
    v_insert  text;
    v_take    text;
    v_first   boolean := select_first OR NOT level ? 'index';
BEGIN
    SELECT array_agg(k.name ORDER BY k.n), array_agg(k.out ORDER BY k.n) INTO v_columns, v_outs
    FROM ROWS FROM (jsonb_array_elements_text(level -> 'key_columns'),
                    jsonb_array_elements_text(level -> 'own')) WITH ORDINALITY AS k (name, out, n)
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(level -> 'columns') AS c
                      WHERE c.value ->> 'column' = k.name AND c.value ->> 'raw' = k.out);
    v_select := dup_select.level_select_row(level, dup_select.level_from(level), v_columns, v_outs);
    v_insert := dup_select.level_insert_row(level, v_columns, v_outs);
    v_take := dup_select.level_take_found(level, v_outs, false);
    RETURN format(
'    -- %s
    WHILE %s LOOP
        %s
        %s := %4$s OPERATOR(pg_catalog.+) 1;
    END LOOP;
',
        dup_select.level_title(level),
        dup_select.level_list(array_cat(dup_select.level_pending(level), ARRAY[
            format('%I OPERATOR(pg_catalog.<) 100', level #>> '{made,attempts}')]), ' AND', 10),
        CASE
            WHEN v_select IS NULL OR v_take IS NOT NULL AND NOT v_first THEN concat(v_insert, v_take)
            ELSE concat(CASE WHEN v_first THEN v_select ELSE v_insert END, '
        ',      dup_select.level_exit(level), '
        ',      CASE WHEN v_first THEN v_insert ELSE v_select END, v_take)
        END,
        quote_ident(level #>> '{made,attempts}'));
END
$$;

ALTER FUNCTION dup_select.level_find_parent(jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_find_parent(jsonb, boolean) IS
    'The part of the trigger that finds or makes a parent.';
REVOKE ALL ON FUNCTION dup_select.level_find_parent(jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_find_parent(jsonb, boolean) TO PUBLIC;
