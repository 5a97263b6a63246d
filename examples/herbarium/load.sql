-- The same flat file by both ways: row by row through an inserter view, and at once through put_table. From the root of the
-- repository: psql -v ON_ERROR_STOP=1 -f examples/herbarium/load.sql
\set ON_ERROR_STOP on
\set schema herbarium
\ir schema.sql
\set schema herbarium_by_set
\ir schema.sql

-- The columns of the file.
CREATE TABLE herbarium.flat (
    catalog_no text, family text, genus text, epithet text, country text, region text, locality text, elevation_m integer,
    collector text, collected text, sheets integer, notes text
);

-- Where they belong: a path of columns and foreign keys from the specimen, and an expression over the columns of the file.
SELECT $${
    "catalog_number":                    "catalog_no",
    "collected_on":                      "to_date(collected, 'DD.MM.YYYY')",
    "sheets":                            "sheets",
    "notes":                             "notes",
    "collector_id.name":                 "collector",
    "place_id.locality":                 "locality",
    "place_id.elevation_m":              "elevation_m",
    "place_id.region_id.name":           "region",
    "place_id.region_id.country_id.name": "initcap(trim(country))",
    "taxon_id.name":                     "genus || ' ' || epithet",
    "taxon_id.rank":                     "'species'",
    "taxon_id.parent_id.name":           "genus",
    "taxon_id.parent_id.rank":           "'genus'",
    "taxon_id.parent_id.parent_id.name": "family",
    "taxon_id.parent_id.parent_id.rank": "'family'"
}$$ AS mapping \gset

-- Row by row. SELECT dup_select.inserter_view_sql(...) with the same arguments shows what this makes.
CALL dup_select.create_inserter_view('herbarium.specimen', mapping => :'mapping', input => 'herbarium.flat');
\copy herbarium.specimen_in (catalog_no, family, genus, epithet, country, region, locality, elevation_m, collector, collected, sheets, notes) FROM 'examples/herbarium/specimens.csv' CSV HEADER

-- All at once.
\copy herbarium.flat FROM 'examples/herbarium/specimens.csv' CSV HEADER
SELECT count(*) AS input_rows, count(DISTINCT output_key) AS specimens
FROM dup_select.put_table('herbarium.flat', 'herbarium_by_set.specimen', :'mapping');

SELECT count(*) AS specimens, count(DISTINCT locality) AS localities, count(DISTINCT country) AS countries,
       count(DISTINCT species) AS species, count(DISTINCT family) AS families, count(DISTINCT collector) AS collectors
FROM herbarium.result;

SELECT count(*) AS differences
FROM ((TABLE herbarium.result EXCEPT ALL TABLE herbarium_by_set.result)
      UNION ALL
      (TABLE herbarium_by_set.result EXCEPT ALL TABLE herbarium.result)) AS d;
