SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The type below a domain, and whether the domain takes no NULL or has a default, which makes it unfit for a variable, a column
-- of a view or of the work table. No row for other types. The default of a domain would be taken for what was given: in a view,
-- or a temporary table, a column that is left out gets it.
CREATE FUNCTION dup_select_private.type_below(domain oid) RETURNS TABLE (type oid, modifier integer, unfit boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH RECURSIVE domains AS (
        SELECT t.typbasetype, t.typtypmod, t.typnotnull OR t.typdefault IS NOT NULL AS unfit
        FROM pg_type t WHERE t.oid = domain AND t.typtype = 'd'
        UNION ALL
        SELECT t.typbasetype, t.typtypmod, d.unfit OR t.typnotnull
        FROM domains d JOIN pg_type t ON t.oid = d.typbasetype WHERE t.typtype = 'd'
    )
    SELECT d.typbasetype, d.typtypmod, d.unfit
    FROM domains d JOIN pg_type t ON t.oid = d.typbasetype WHERE t.typtype <> 'd'
$$;

-- Whether values of a type are composite: IS NULL is then also true of one whose fields are all NULL, and IS NOT NULL is not its
-- opposite.
CREATE FUNCTION dup_select_private.is_composite(type_id oid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        WITH RECURSIVE types AS (
            SELECT t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = type_id
            UNION ALL
            SELECT t.typtype, t.typbasetype FROM types d JOIN pg_type t ON t.oid = d.typbasetype WHERE d.typtype = 'd'
        )
        SELECT coalesce(bool_or(t.typtype = 'c'), false) FROM types t);
END
$$;

-- Whether reading a text as a value of the type runs functions of pg_catalog only: no domain, no composite type. The row type of
-- a view or table of pg_catalog, or an array of it, is none of those that occur here.
CREATE FUNCTION dup_select_private.is_builtin_type(type_id oid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm', 'p')
            OR t.typtype = 'e' OR coalesce(e.typtype = 'e', false)
        FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
        WHERE t.oid = type_id);
END
$$;

-- The operator class of a B-tree on a column. NULL where its type has none. As the server chooses one for an index: of the type
-- itself, or of one that it is cast to for nothing, or of its kind.
CREATE FUNCTION dup_select_private.default_operator_class(relation oid, attnum integer) RETURNS oid
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_class oid;
BEGIN
    SELECT o.oid INTO v_class
    FROM pg_attribute a
    JOIN pg_opclass o ON o.opcintype = a.atttypid AND o.opcdefault
        AND o.opcmethod = (SELECT m.oid FROM pg_am m WHERE m.amname = 'btree')
    WHERE a.attrelid = relation AND a.attnum = default_operator_class.attnum;
    RETURN coalesce(v_class, (
        SELECT o.oid
        FROM pg_attribute a
        LEFT JOIN LATERAL dup_select_private.type_below(a.atttypid) AS b ON true
        JOIN pg_type t ON t.oid = coalesce(b.type, a.atttypid)
        JOIN pg_opclass o ON o.opcdefault AND o.opcmethod = (SELECT m.oid FROM pg_am m WHERE m.amname = 'btree')
        JOIN pg_type i ON i.oid = o.opcintype
        WHERE a.attrelid = relation AND a.attnum = default_operator_class.attnum
          AND (i.oid = t.oid
               OR EXISTS (SELECT FROM pg_cast c WHERE c.castsource = t.oid AND c.casttarget = i.oid
                          AND c.castmethod = 'b' AND c.castcontext = 'i')
               OR i.oid = CASE t.typtype WHEN 'e' THEN 'anyenum'::regtype WHEN 'r' THEN 'anyrange'::regtype
                              WHEN 'm' THEN 'anymultirange'::regtype WHEN 'c' THEN 'record'::regtype END
               OR i.oid = 'anyarray'::regtype AND t.typcategory = 'A')
        ORDER BY i.oid = t.oid DESC, i.typispreferred DESC
        LIMIT 1));
END
$$;

-- The equality operator of an operator class, qualified. PL/pgSQL, which keeps its plan: asked for each row that is a duplicate.
CREATE FUNCTION dup_select_private.equality(operator_class oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
        FROM pg_opclass c
        JOIN pg_amop m ON m.amopfamily = c.opcfamily AND m.amopstrategy = 3 AND m.amoppurpose = 's' -- of a B-tree
                      AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype
        JOIN pg_operator o ON o.oid = m.amopopr
        JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE c.oid = operator_class);
END
$$;
