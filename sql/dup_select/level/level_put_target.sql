-- A primary key that is also input must not be overwritten by a look-up that finds nothing: it goes through a variable, or,
-- where it belongs to the natural key, needs no look-up.
CREATE OR REPLACE FUNCTION dup_select.level_put_target(plan jsonb, superclass oid, select_first boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level   jsonb := plan -> 'target';
    v_tries   text := quote_ident(plan #>> '{made,attempts}');
    v_first   boolean := select_first OR superclass IS NOT NULL OR NOT v_level ? 'index';
    v_columns text[] := ARRAY(SELECT k.name FROM dup_select.plan_returned(plan) AS k ORDER BY k.n);
    v_into    text[] := ARRAY(SELECT k.reference FROM dup_select.plan_returned(plan) AS k ORDER BY k.n);
    v_return  text := coalesce((SELECT string_agg(format(
            '            %s := %s;', dup_select.plan_new(k.name), k.reference) || chr(10), '' ORDER BY k.n)
        FROM dup_select.plan_returned(plan) AS k WHERE k.reference !~ '^NEW[.]'), '');
    v_insert  text := dup_select.level_insert_row(v_level, v_columns, v_into);
    v_from    text := coalesce(dup_select.plan_table_name(superclass) || ' AS existing', dup_select.level_from(v_level));
    v_select  text := dup_select.level_select_row(v_level, v_from, v_columns, v_into);
    v_take    text := dup_select.level_take_found(
        v_level, ARRAY(SELECT dup_select.plan_new(k.name) FROM dup_select.plan_returned(plan) AS k ORDER BY k.n), true);
BEGIN
    v_return := CASE WHEN v_return = '' THEN 'IF FOUND THEN RETURN NEW; END IF;'
        ELSE format('IF FOUND THEN%s%s            RETURN NEW;%1$s        END IF;', chr(10), v_return) END;
    IF NOT v_level ? 'elements' THEN
        RETURN format(
'    -- %s: no unique key is filled by the input, every row is a new one
    IF %s OPERATOR(pg_catalog.<) 100 THEN
        %s
        %s
        RETURN NULL; -- a trigger of the table left it out
    END IF;
',
            dup_select.level_title(v_level), v_tries, v_insert, v_return);
    END IF;
    RETURN format(
'    -- %s%s
    WHILE %s OPERATOR(pg_catalog.<) 100 LOOP
        %s
        %s%s
        %3$s := %3$s OPERATOR(pg_catalog.+) 1;
    END LOOP;
',
        dup_select.level_title(v_level),
        translate(', looked up in all of ' || dup_select.plan_table_name(superclass), chr(10) || chr(13), '  '),
        v_tries,
        CASE
            WHEN v_select IS NULL OR v_take IS NOT NULL AND NOT v_first THEN v_insert
            ELSE concat(CASE WHEN v_first THEN v_select ELSE v_insert END, '
        ',      v_return, '
        ',      CASE WHEN v_first THEN v_insert ELSE v_select END)
        END,
        v_return, v_take);
END
$$;

ALTER FUNCTION dup_select.level_put_target(jsonb, oid, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_put_target(jsonb, oid, boolean) IS
    'The part of the trigger that finds or makes the row itself.';
REVOKE ALL ON FUNCTION dup_select.level_put_target(jsonb, oid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_put_target(jsonb, oid, boolean) TO PUBLIC;
