SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What put_table asks of the catalog to put in a few rows by statements that the session keeps. It is asked in each call: no more
-- than is needed, and in PL/pgSQL, which keeps its plans.

-- What is noted of that function: the relations that it was made for, their state, and its temporary tables. NULL where there is
-- none.
CREATE FUNCTION dup_select_private.kept(few_name text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT obj_description(p.oid, 'pg_proc')::jsonb
            FROM pg_proc p
            WHERE p.proname = few_name AND p.pronamespace = pg_my_temp_schema()
                AND p.proowner = to_regrole(quote_ident(current_user)));
END
$$;

-- What changes whenever something does that a plan may depend on: the addresses and transactions of rows of the catalog.
CREATE FUNCTION dup_select_private.catalog_state(relations oid[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
BEGIN
    RETURN (
        SELECT md5(string_agg(concat_ws(' ', s.part, s.xmin, s.ctid), ',' ORDER BY s.part, s.ctid))
        FROM (SELECT 1 AS part, c.xmin, c.ctid FROM pg_class c WHERE c.oid = ANY (relations)
              UNION ALL
              SELECT 2, n.xmin, n.ctid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY (relations)
              UNION ALL
              SELECT 3, a.xmin, a.ctid FROM pg_attribute a WHERE a.attrelid = ANY (relations) AND a.attnum > 0
              UNION ALL
              SELECT 4, t.xmin, t.ctid
              FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = ANY (relations) AND a.attnum > 0
              UNION ALL
              SELECT 5, k.xmin, k.ctid
              FROM pg_attribute a JOIN pg_constraint k ON k.contypid = a.atttypid
              WHERE a.attrelid = ANY (relations) AND a.attnum > 0 AND a.atttypid >= 16384
              UNION ALL
              SELECT 6, d.xmin, d.ctid FROM pg_attrdef d WHERE d.adrelid = ANY (relations)
              UNION ALL
              SELECT 7, f.xmin, f.ctid -- a default is volatile where a function in it is
              FROM pg_attrdef d
              JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_proc'::regclass
              JOIN pg_proc f ON f.oid = p.refobjid
              WHERE d.adrelid = ANY (relations)
              UNION ALL
              SELECT 8, i.xmin, i.ctid FROM pg_index i WHERE i.indrelid = ANY (relations)
              UNION ALL
              SELECT 9, c.xmin, c.ctid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = ANY (relations)
              UNION ALL
              SELECT 10, k.xmin, k.ctid FROM pg_constraint k WHERE k.conrelid = ANY (relations)
              UNION ALL
              SELECT 11, t.xmin, t.ctid FROM pg_trigger t WHERE t.tgrelid = ANY (relations)
              UNION ALL
              SELECT 12, h.xmin, h.ctid FROM pg_inherits h WHERE h.inhparent = ANY (relations)
              UNION ALL
              SELECT 13, h.xmin, h.ctid FROM pg_inherits h WHERE h.inhrelid = ANY (relations)
              UNION ALL
              SELECT 14, r.xmin, r.ctid FROM pg_rewrite r WHERE r.ev_class = ANY (relations)) s);
END
$$;

-- Names and types of the columns of a relation.
CREATE FUNCTION dup_select_private.signature(relation oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT string_agg(concat_ws(' ', quote_ident(a.attname), a.atttypid, a.atttypmod, a.attcollation), ' ' ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
END
$$;

-- What is another number when the toolkit has been installed anew.
CREATE FUNCTION dup_select_private.version() RETURNS oid
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN 'dup_select_private.version'::regproc;
END
$$;

-- Size of a relation. NULL where there is none.
CREATE FUNCTION dup_select_private.bytes_of(relation oid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN pg_relation_size(relation);
END
$$;

-- Whether the session may have one more function for a few rows, of this name: it has not a hundred, none of another role is
-- called so, and the caller may make one.
CREATE FUNCTION dup_select_private.may_keep(few_name text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN has_language_privilege('plpgsql', 'USAGE')
        AND 100 > (SELECT count(*) FROM pg_proc p WHERE p.proname LIKE 'put\_few\_%' AND p.pronamespace = pg_my_temp_schema())
        AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.proname = few_name AND p.pronamespace = pg_my_temp_schema());
END
$$;

-- Relations with their partitions, whose triggers matter.
CREATE FUNCTION dup_select_private.with_partitions(relations oid[]) RETURNS oid[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN ARRAY(SELECT r FROM unnest(relations) r
                 UNION
                 SELECT p.relid FROM unnest(relations) r CROSS JOIN pg_partition_tree(r) p);
END
$$;
