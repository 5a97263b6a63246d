CREATE SCHEMA shop;
CREATE TABLE shop.currency (code char(3) PRIMARY KEY, name text NOT NULL);
CREATE TABLE shop.category (
    id serial PRIMARY KEY, parent_id integer REFERENCES shop.category, name text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (parent_id, name));
CREATE TABLE shop.product (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, category_id integer NOT NULL REFERENCES shop.category,
    sku text NOT NULL UNIQUE, price numeric(10, 2) NOT NULL CHECK (price >= 0),
    currency char(3) NOT NULL DEFAULT 'EUR' REFERENCES shop.currency);
CREATE SCHEMA other_shop;
CREATE TABLE other_shop.currency (LIKE shop.currency);
CREATE TABLE other_shop.category (LIKE shop.category);
CREATE TABLE other_shop.product (id integer, category_id integer, sku text, price text, currency text);

-- SELECT dup_select.put_schema_sql('other_shop', 'shop');
