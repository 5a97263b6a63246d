-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- dup_select tells apart columns whose domain takes no NULL or has a default: what a function returns changes. put_table takes a
-- superclass: a second overload would make its call ambiguous.

DROP FUNCTION IF EXISTS dup_select.plan_table_columns(oid);
DROP FUNCTION IF EXISTS dup_select.put_table(regclass, regclass, jsonb, jsonb);
DROP FUNCTION IF EXISTS dup_select.put_table_sql(regclass, regclass, jsonb, jsonb);
