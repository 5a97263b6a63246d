-- BEFORE triggers make the keys: of a parent, and of the row.
CREATE SCHEMA s;
CREATE FUNCTION s.fill() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.slug := replace(lower(NEW.title), '' '', ''-''); RETURN NEW; END';
CREATE TABLE s.page (id serial PRIMARY KEY, title text NOT NULL, slug text CONSTRAINT one_slug UNIQUE);
CREATE TRIGGER fill BEFORE INSERT ON s.page FOR EACH ROW EXECUTE FUNCTION s.fill();
CREATE TABLE s.link (
    since   date NOT NULL,
    page_id integer NOT NULL REFERENCES s.page,
    title   text NOT NULL,
    slug    text NOT NULL,
    PRIMARY KEY (page_id, slug, since)
);
CREATE TRIGGER fill BEFORE INSERT ON s.link FOR EACH ROW EXECUTE FUNCTION s.fill();
CREATE TABLE s.rows (page_title text, title text, since date);

-- SELECT dup_select.inserter_view_sql('s.link', mapping => '{"page_id.title": "page_title", "title": "title", "since": "since"}');
CREATE OR REPLACE VIEW s.link_in WITH (security_invoker = true) AS
SELECT
    link.page_id,
    link.slug,
    link.since,
    link.title,
    page.title AS page_title
FROM s.link
JOIN s.page ON page.id OPERATOR(pg_catalog.=) link.page_id;

CREATE OR REPLACE FUNCTION s.link_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_returned_page_id integer;
    v_returned_since date;
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.link_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.link.';
    END IF;
    IF NEW.slug IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.link_in', 'slug'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    -- page_id: s.page, by one_slug (BEFORE triggers may make its key)
    WHILE NEW.page_id IS NULL AND v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), '', true);
        INSERT INTO s.page AS existing (title) VALUES (NEW.page_title)
        ON CONFLICT (slug) DO UPDATE SET title = existing.title
            WHERE pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), pg_catalog.jsonb_build_array(existing.id::pg_catalog.text)::pg_catalog.text, true) IS NULL
        RETURNING id INTO NEW.page_id;
        IF NOT FOUND AND pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())) OPERATOR(pg_catalog.<>) '' THEN
            NEW.page_id := pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()))::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 0;
        END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    -- s.link, by link_pkey (BEFORE triggers may make its key)
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), '', true);
        INSERT INTO s.link AS existing (since, page_id, title) VALUES (NEW.since, NEW.page_id, NEW.title)
        ON CONFLICT (page_id, slug, since) DO UPDATE SET title = existing.title
            WHERE pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), pg_catalog.jsonb_build_array(existing.page_id::pg_catalog.text, existing.slug::pg_catalog.text,
                pg_catalog.to_jsonb(existing.since))::pg_catalog.text, true) IS NULL
        RETURNING page_id, slug, since INTO v_returned_page_id, NEW.slug, v_returned_since;
        IF FOUND THEN
            NEW.page_id := v_returned_page_id;
            NEW.since := v_returned_since;
            RETURN NEW;
        END IF;
        IF pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())) OPERATOR(pg_catalog.<>) '' THEN
            NEW.page_id := pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()))::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 0;
            NEW.slug := pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()))::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 1;
            NEW.since := pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()))::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 2;
            RETURN NEW;
        END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.link'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.link_in
    FOR EACH ROW EXECUTE FUNCTION s.link_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.link_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.link_in_insert();

COMMENT ON VIEW s.link_in IS
    'INSERT puts a row into s.link, finds or makes its parents by natural key, and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.link_in_insert() IS 'Trigger function of view s.link_in.';

-- SELECT dup_select.put_table_sql('s.rows', 's.link', '{"page_id.title": "page_title", "title": "title", "since": "since"}');
CREATE TEMPORARY TABLE put_table_rows (
    put__row tid,
    link__since date,
    link__title text,
    page__title text
) ON COMMIT DROP;

INSERT INTO pg_temp.put_table_rows (
    put__row, link__since, link__title, page__title)
SELECT input.ctid, since, title, page_title
FROM ONLY s.rows AS input;

ANALYZE pg_temp.put_table_rows (put__row, link__since);

-- page_id: s.page, by one_slug (BEFORE triggers may make its key)
CREATE TEMPORARY TABLE put_page (put__row tid, link__page_id integer) ON COMMIT DROP;

DO $$
#variable_conflict use_column
DECLARE
    v_row pg_catalog.tid;
    s pg_catalog.record;
    v_key pg_catalog.jsonb;
BEGIN
FOR s IN SELECT s.* FROM (
    SELECT s.put__row, s.page__title, put_page.link__page_id
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_page ON put_page.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
    WHERE s.link__page_id IS NULL
    ORDER BY s.put__row
LOOP
    v_row := s.put__row;
    PERFORM pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), '', true);
    INSERT INTO s.page AS existing (title)
    VALUES (s.page__title)
    ON CONFLICT (slug) DO UPDATE SET title = existing.title
            WHERE pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), pg_catalog.jsonb_build_array(existing.id::pg_catalog.text)::pg_catalog.text, true) IS NULL
    RETURNING pg_catalog.jsonb_build_array(id::pg_catalog.text) INTO v_key;
    IF NOT FOUND AND pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())) OPERATOR(pg_catalog.<>) '' THEN
        v_key := pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()))::pg_catalog.jsonb;
    END IF;
    IF v_key IS NOT NULL THEN
        INSERT INTO pg_temp.put_page VALUES (v_row, CAST(v_key OPERATOR(pg_catalog.->>) 0 AS integer));
    END IF;
END LOOP;
END
$$;

-- s.link, by link_pkey (BEFORE triggers may make its key)
CREATE TEMPORARY TABLE put_link (put__row tid, put__page_id integer, put__slug text, put__since date) ON COMMIT DROP;

DO $$
#variable_conflict use_column
DECLARE
    v_row pg_catalog.tid;
    s pg_catalog.record;
    v_key pg_catalog.jsonb;
BEGIN
FOR s IN SELECT s.* FROM (
    SELECT s.put__row, s.link__since, put_page.link__page_id, s.link__title
    FROM pg_temp.put_table_rows AS s
    LEFT JOIN pg_temp.put_page ON put_page.put__row OPERATOR(pg_catalog.=) s.put__row
) AS s
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_link WHERE put_link.put__row OPERATOR(pg_catalog.=) s.put__row)
    ORDER BY s.put__row
LOOP
    v_row := s.put__row;
    PERFORM pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), '', true);
    INSERT INTO s.link AS existing (since, page_id, title)
    VALUES (s.link__since, s.link__page_id, s.link__title)
    ON CONFLICT (page_id, slug, since) DO UPDATE SET title = existing.title
            WHERE pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), pg_catalog.jsonb_build_array(existing.page_id::pg_catalog.text, existing.slug::pg_catalog.text,
                pg_catalog.to_jsonb(existing.since))::pg_catalog.text, true) IS NULL
    RETURNING pg_catalog.jsonb_build_array(page_id::pg_catalog.text, slug::pg_catalog.text, pg_catalog.to_jsonb(since)) INTO v_key;
    IF NOT FOUND AND pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())) OPERATOR(pg_catalog.<>) '' THEN
        v_key := pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()))::pg_catalog.jsonb;
    END IF;
    IF v_key IS NOT NULL THEN
        INSERT INTO pg_temp.put_link VALUES (v_row, CAST(v_key OPERATOR(pg_catalog.->>) 0 AS integer), CAST(v_key OPERATOR(pg_catalog.->>) 1 AS text), CAST(v_key OPERATOR(pg_catalog.->>) 2 AS date));
    END IF;
END LOOP;
END
$$;

SELECT s.put__row, pg_catalog.jsonb_build_object('page_id', s.put__page_id, 'slug', s.put__slug, 'since', s.put__since)
FROM (SELECT s.put__row, s.put__page_id, s.put__slug, s.put__since FROM pg_temp.put_link AS s ORDER BY s.put__row OFFSET 0) AS s;

-- SELECT dup_select.inserter_view_sql('s.page', mapping => '{"title": "title"}', select_first => false);
CREATE OR REPLACE VIEW s.page_in WITH (security_invoker = true) AS
SELECT
    page.id,
    page.title
FROM s.page;

CREATE OR REPLACE FUNCTION s.page_in_insert() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_attempts integer := 0;
BEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        RAISE EXCEPTION '% of view % is not supported: it takes INSERT only', TG_OP, 's.page_in'
            USING ERRCODE = 'feature_not_supported', HINT = 'Change the rows of s.page.';
    END IF;
    IF NEW.id IS NOT NULL THEN
        RAISE EXCEPTION 'column %.% is given back, it cannot be given', 's.page_in', 'id'
            USING ERRCODE = 'generated_always', HINT = 'Leave it out, or map it to an input column.';
    END IF;

    -- s.page, by one_slug (BEFORE triggers may make its key)
    WHILE v_attempts OPERATOR(pg_catalog.<) 100 LOOP
        PERFORM pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), '', true);
        INSERT INTO s.page AS existing (title) VALUES (NEW.title)
        ON CONFLICT (slug) DO UPDATE SET title = existing.title
            WHERE pg_catalog.set_config(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()), pg_catalog.jsonb_build_array(existing.id::pg_catalog.text)::pg_catalog.text, true) IS NULL
        RETURNING id INTO NEW.id;
        IF FOUND THEN RETURN NEW; END IF;
        IF pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())) OPERATOR(pg_catalog.<>) '' THEN
            NEW.id := pg_catalog.current_setting(pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth()))::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 0;
            RETURN NEW;
        END IF;
        v_attempts := v_attempts OPERATOR(pg_catalog.+) 1;
    END LOOP;

    RAISE EXCEPTION '% or a parent neither takes the row nor shows the one with its key', 's.page'
        USING ERRCODE = 'no_data_found', HINT = 'A trigger that leaves rows out, or a row security policy, may be why.';
END
$$;

CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON s.page_in
    FOR EACH ROW EXECUTE FUNCTION s.page_in_insert();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON s.page_in
    FOR EACH STATEMENT EXECUTE FUNCTION s.page_in_insert();

COMMENT ON VIEW s.page_in IS
    'INSERT puts a row into s.page and gives the ids back. '
    'A row whose key exists is found, and not changed. '
    'UPDATE and DELETE are refused.';
COMMENT ON FUNCTION s.page_in_insert() IS 'Trigger function of view s.page_in.';
