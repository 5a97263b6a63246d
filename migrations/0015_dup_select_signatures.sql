-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- dup_select tells apart columns whose domain takes no NULL or has a default: what a function returns changes.

DROP FUNCTION IF EXISTS dup_select.plan_table_columns(oid);
