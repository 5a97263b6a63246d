-- As the server chooses one for an index: of the type itself, or of one that it is cast to for nothing, or of its kind.
CREATE OR REPLACE FUNCTION dup_select.plan_default_opclass(relation oid, attnum integer) RETURNS oid
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT o.oid
    FROM pg_attribute a
    LEFT JOIN LATERAL dup_select.plan_base_type(a.atttypid) AS b ON true
    JOIN pg_type t ON t.oid = coalesce(b.type, a.atttypid)
    JOIN pg_opclass o ON o.opcdefault AND o.opcmethod = (SELECT m.oid FROM pg_am m WHERE m.amname = 'btree')
    JOIN pg_type i ON i.oid = o.opcintype
    WHERE a.attrelid = relation AND a.attnum = plan_default_opclass.attnum
      AND (i.oid = t.oid
           OR EXISTS (SELECT FROM pg_cast c WHERE c.castsource = t.oid AND c.casttarget = i.oid
                      AND c.castmethod = 'b' AND c.castcontext = 'i')
           OR i.oid = CASE t.typtype WHEN 'e' THEN 'anyenum'::regtype WHEN 'r' THEN 'anyrange'::regtype
                          WHEN 'm' THEN 'anymultirange'::regtype WHEN 'c' THEN 'record'::regtype END
           OR i.oid = 'anyarray'::regtype AND t.typcategory = 'A')
    ORDER BY i.oid = t.oid DESC, i.typispreferred DESC
    LIMIT 1
$$;

ALTER FUNCTION dup_select.plan_default_opclass(oid, integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_default_opclass(oid, integer) IS
    'The operator class of a B-tree on a column. NULL where its type has none.';
REVOKE ALL ON FUNCTION dup_select.plan_default_opclass(oid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_default_opclass(oid, integer) TO PUBLIC;
