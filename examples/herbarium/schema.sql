-- A small herbarium, in the schema that the psql variable names: psql -v schema=herbarium -f schema.sql
CREATE SCHEMA :"schema";

CREATE TABLE :"schema".country (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

CREATE TABLE :"schema".region (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    country_id integer NOT NULL REFERENCES :"schema".country,
    name       text NOT NULL,
    UNIQUE (country_id, name)
);

-- A locality may be known without its region.
CREATE TABLE :"schema".place (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id   integer REFERENCES :"schema".region,
    locality    text NOT NULL,
    elevation_m integer,
    UNIQUE NULLS NOT DISTINCT (region_id, locality)
);

CREATE TABLE :"schema".taxon (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id integer REFERENCES :"schema".taxon,
    rank      text NOT NULL CHECK (rank IN ('family', 'genus', 'species')),
    name      text NOT NULL UNIQUE
);

-- One collector however the name is capitalized.
CREATE TABLE :"schema".collector (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
CREATE UNIQUE INDEX collector_name ON :"schema".collector (lower(name));

CREATE TABLE :"schema".specimen (
    id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog_number text NOT NULL UNIQUE,
    taxon_id       integer NOT NULL REFERENCES :"schema".taxon,
    place_id       integer REFERENCES :"schema".place,
    collector_id   integer REFERENCES :"schema".collector,
    collected_on   date,
    sheets         integer NOT NULL DEFAULT 1 CHECK (sheets > 0),
    notes          text
);

-- A flat row per specimen, ids aside.
CREATE VIEW :"schema".result AS
SELECT s.catalog_number, s.collected_on, s.sheets, s.notes, lower(k.name) AS collector, p.locality, p.elevation_m,
       r.name AS region, c.name AS country, t.name AS species, g.name AS genus, f.name AS family
FROM :"schema".specimen s
JOIN :"schema".taxon t ON t.id = s.taxon_id
LEFT JOIN :"schema".taxon g ON g.id = t.parent_id
LEFT JOIN :"schema".taxon f ON f.id = g.parent_id
LEFT JOIN :"schema".collector k ON k.id = s.collector_id
LEFT JOIN :"schema".place p ON p.id = s.place_id
LEFT JOIN :"schema".region r ON r.id = p.region_id
LEFT JOIN :"schema".country c ON c.id = r.country_id;
