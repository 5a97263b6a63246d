-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The staged rows are counted by the scan that validates them.

DROP FUNCTION IF EXISTS exograph.count_staging();
