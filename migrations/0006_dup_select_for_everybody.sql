-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The toolkit works with the rights of whoever calls, so calling it gives nobody anything.

GRANT USAGE ON SCHEMA dup_select TO PUBLIC;
