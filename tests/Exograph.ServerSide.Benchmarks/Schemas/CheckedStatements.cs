using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>
/// What a careful engineer writes by hand for just these tables: nothing is put in where values are missing
/// or out of range, numbers or natural keys are there twice, or references lead nowhere; and what became of the rows is counted, those
/// that exist and differ too. It names no row that is bad, skips none, and of rows that are one it only says that there are some.
/// </summary>
internal sealed class CheckedStatements : IShopContender
{
    private const string Statements = """
        DO $$
        DECLARE
            v_bad text := concat_ws(', ',
                CASE WHEN EXISTS (SELECT FROM staged.currency WHERE num_nulls(code, name) > 0 OR length(code) > 3) THEN 'currency' END,
                CASE WHEN EXISTS (SELECT FROM staged.category WHERE name IS NULL) THEN 'category' END,
                CASE WHEN EXISTS (SELECT FROM staged.product
                                  WHERE num_nulls(category_id, sku, name, price, currency) > 0 OR price < 0 OR abs(price) >= 1e8)
                    THEN 'product' END,
                CASE WHEN EXISTS (SELECT FROM staged.tag WHERE name IS NULL) THEN 'tag' END,
                CASE WHEN EXISTS (SELECT FROM staged.product_tag WHERE num_nulls(product_id, tag_id) > 0) THEN 'product_tag' END,
                CASE WHEN EXISTS (SELECT FROM staged.customer WHERE num_nulls(email, name) > 0) THEN 'customer' END,
                CASE WHEN EXISTS (SELECT FROM staged.address WHERE num_nulls(customer_id, label, street) > 0) THEN 'address' END,
                CASE WHEN EXISTS (SELECT FROM staged."order" WHERE num_nulls(no, customer_id, placed) > 0) THEN 'order' END,
                CASE WHEN EXISTS (SELECT FROM staged.line WHERE num_nulls(order_id, n, product_id, quantity) > 0 OR quantity <= 0)
                    THEN 'line' END);
            v_twice text := concat_ws(', ',
                CASE WHEN EXISTS (SELECT FROM staged.currency GROUP BY code HAVING count(*) > 1) THEN 'currency' END,
                CASE WHEN EXISTS (SELECT FROM staged.category GROUP BY id HAVING count(*) > 1)
                    OR EXISTS (SELECT FROM staged.category GROUP BY parent_id, name HAVING count(*) > 1) THEN 'category' END,
                CASE WHEN EXISTS (SELECT FROM staged.product GROUP BY id HAVING count(*) > 1)
                    OR EXISTS (SELECT FROM staged.product GROUP BY sku HAVING count(*) > 1) THEN 'product' END,
                CASE WHEN EXISTS (SELECT FROM staged.tag GROUP BY id HAVING count(*) > 1)
                    OR EXISTS (SELECT FROM staged.tag GROUP BY name HAVING count(*) > 1) THEN 'tag' END,
                CASE WHEN EXISTS (SELECT FROM staged.product_tag GROUP BY product_id, tag_id HAVING count(*) > 1) THEN 'product_tag' END,
                CASE WHEN EXISTS (SELECT FROM staged.customer GROUP BY id HAVING count(*) > 1)
                    OR EXISTS (SELECT FROM staged.customer GROUP BY lower(email) HAVING count(*) > 1) THEN 'customer' END,
                CASE WHEN EXISTS (SELECT FROM staged.address GROUP BY id HAVING count(*) > 1)
                    OR EXISTS (SELECT FROM staged.address GROUP BY customer_id, label HAVING count(*) > 1) THEN 'address' END,
                CASE WHEN EXISTS (SELECT FROM staged."order" GROUP BY id HAVING count(*) > 1)
                    OR EXISTS (SELECT FROM staged."order" GROUP BY no HAVING count(*) > 1) THEN 'order' END,
                CASE WHEN EXISTS (SELECT FROM staged.line GROUP BY order_id, n HAVING count(*) > 1) THEN 'line' END);
            v_loose text := concat_ws(', ',
                CASE WHEN EXISTS (SELECT FROM staged.category s WHERE s.parent_id IS NOT NULL
                                  AND NOT EXISTS (SELECT FROM staged.category p WHERE p.id = s.parent_id)) THEN 'category' END,
                CASE WHEN EXISTS (SELECT FROM staged.product s
                                  WHERE NOT EXISTS (SELECT FROM staged.category p WHERE p.id = s.category_id)
                                  OR NOT EXISTS (SELECT FROM staged.currency p WHERE p.code = s.currency)
                                      AND NOT EXISTS (SELECT FROM shop.currency p WHERE p.code = s.currency)) THEN 'product' END,
                CASE WHEN EXISTS (SELECT FROM staged.product_tag s
                                  WHERE NOT EXISTS (SELECT FROM staged.product p WHERE p.id = s.product_id)
                                  OR NOT EXISTS (SELECT FROM staged.tag p WHERE p.id = s.tag_id)) THEN 'product_tag' END,
                CASE WHEN EXISTS (SELECT FROM staged.customer s WHERE s.default_address_id IS NOT NULL
                                  AND NOT EXISTS (SELECT FROM staged.address p WHERE p.id = s.default_address_id)) THEN 'customer' END,
                CASE WHEN EXISTS (SELECT FROM staged.address s
                                  WHERE NOT EXISTS (SELECT FROM staged.customer p WHERE p.id = s.customer_id)) THEN 'address' END,
                CASE WHEN EXISTS (SELECT FROM staged."order" s
                                  WHERE NOT EXISTS (SELECT FROM staged.customer p WHERE p.id = s.customer_id)
                                  OR s.address_id IS NOT NULL
                                      AND NOT EXISTS (SELECT FROM staged.address p WHERE p.id = s.address_id)) THEN 'order' END);
        BEGIN
            IF concat(v_bad, v_twice, v_loose) <> '' THEN
                RAISE EXCEPTION 'bad values: %; there twice: %; refer to no row: %', v_bad, v_twice, v_loose;
            END IF;
        END
        $$;

        CREATE TEMPORARY TABLE report (name text, inserted bigint, existing bigint, conflicting bigint,
            loose bigint DEFAULT 0) ON COMMIT DROP;

        INSERT INTO report
        SELECT 'currency', 0, count(*), count(*) FILTER (WHERE t.name <> s.name)
        FROM staged.currency s JOIN shop.currency t ON t.code = s.code;
        INSERT INTO shop.currency (code, name)
        SELECT s.code, s.name FROM staged.currency s WHERE NOT EXISTS (SELECT FROM shop.currency t WHERE t.code = s.code);

        CREATE TEMPORARY TABLE category_map (old integer PRIMARY KEY, new integer NOT NULL, is_new boolean NOT NULL) ON COMMIT DROP;
        DO $$
        BEGIN
            LOOP
                INSERT INTO category_map (old, new, is_new)
                SELECT s.id, coalesce(t.id, nextval('shop.category_id_seq')), t.id IS NULL
                FROM staged.category s
                LEFT JOIN category_map p ON p.old = s.parent_id
                LEFT JOIN shop.category t ON t.name = s.name AND t.parent_id IS NOT DISTINCT FROM p.new
                WHERE (s.parent_id IS NULL OR p.old IS NOT NULL) AND NOT EXISTS (SELECT FROM category_map m WHERE m.old = s.id);
                EXIT WHEN NOT FOUND;
            END LOOP;
        END
        $$;
        INSERT INTO shop.category (id, parent_id, name)
        SELECT m.new, p.new, s.name
        FROM staged.category s JOIN category_map m ON m.old = s.id LEFT JOIN category_map p ON p.old = s.parent_id
        WHERE m.is_new;

        CREATE TEMPORARY TABLE product_map ON COMMIT DROP AS
        SELECT s.id AS old, coalesce(t.id, nextval('shop.product_id_seq')::integer) AS new, t.id IS NULL AS is_new,
            t.id IS NOT NULL AND (t.name <> s.name OR t.price <> s.price OR t.currency <> s.currency OR t.category_id <> c.new) AS differs
        FROM staged.product s JOIN category_map c ON c.old = s.category_id LEFT JOIN shop.product t ON t.sku = s.sku;
        ANALYZE product_map;
        INSERT INTO shop.product (id, category_id, sku, name, price, currency) OVERRIDING SYSTEM VALUE
        SELECT m.new, c.new, s.sku, s.name, s.price, s.currency
        FROM staged.product s JOIN product_map m ON m.old = s.id JOIN category_map c ON c.old = s.category_id
        WHERE m.is_new;

        CREATE TEMPORARY TABLE tag_map ON COMMIT DROP AS
        SELECT s.id AS old, coalesce(t.id, nextval('shop.tag_id_seq')::integer) AS new, t.id IS NULL AS is_new
        FROM staged.tag s LEFT JOIN shop.tag t ON t.name = s.name;
        ANALYZE tag_map;
        INSERT INTO shop.tag (id, name) SELECT m.new, s.name FROM staged.tag s JOIN tag_map m ON m.old = s.id WHERE m.is_new;

        WITH added AS (
            INSERT INTO shop.product_tag (product_id, tag_id)
            SELECT p.new, g.new
            FROM staged.product_tag s JOIN product_map p ON p.old = s.product_id JOIN tag_map g ON g.old = s.tag_id
            WHERE NOT EXISTS (SELECT FROM shop.product_tag t WHERE t.product_id = p.new AND t.tag_id = g.new)
            RETURNING 1
        )
        INSERT INTO report
        SELECT 'product_tag', a.rows, (SELECT count(*) FROM staged.product_tag) - a.rows, 0
        FROM (SELECT count(*) FROM added) AS a (rows);

        CREATE TEMPORARY TABLE customer_map ON COMMIT DROP AS
        SELECT s.id AS old, coalesce(t.id, nextval('shop.customer_id_seq')) AS new, t.id IS NULL AS is_new,
            t.name <> s.name AS differs, t.default_address_id
        FROM staged.customer s LEFT JOIN shop.customer t ON lower(t.email) = lower(s.email);
        ANALYZE customer_map;
        CREATE TEMPORARY TABLE address_map ON COMMIT DROP AS
        SELECT s.id AS old, coalesce(t.id, nextval('shop.address_id_seq')::integer) AS new, t.id IS NULL AS is_new,
            t.street <> s.street AS differs
        FROM staged.address s
        JOIN customer_map c ON c.old = s.customer_id
        LEFT JOIN shop.address t ON t.customer_id = c.new AND t.label = s.label;
        ANALYZE address_map;
        INSERT INTO report
        SELECT 'customer', count(*) FILTER (WHERE m.is_new), count(*) FILTER (WHERE NOT m.is_new),
            count(*) FILTER (WHERE NOT m.is_new AND (m.differs OR m.default_address_id IS DISTINCT FROM a.new))
        FROM staged.customer s JOIN customer_map m ON m.old = s.id LEFT JOIN address_map a ON a.old = s.default_address_id;
        WITH customers AS (
            INSERT INTO shop.customer (id, email, name, default_address_id)
            SELECT m.new, s.email, s.name, a.new
            FROM staged.customer s JOIN customer_map m ON m.old = s.id LEFT JOIN address_map a ON a.old = s.default_address_id
            WHERE m.is_new
        )
        INSERT INTO shop.address (id, customer_id, label, street)
        SELECT m.new, c.new, s.label, s.street
        FROM staged.address s JOIN address_map m ON m.old = s.id JOIN customer_map c ON c.old = s.customer_id
        WHERE m.is_new;

        CREATE TEMPORARY TABLE order_map ON COMMIT DROP AS
        SELECT s.id AS old, coalesce(t.id, nextval('shop.order_id_seq')::integer) AS new, t.id IS NULL AS is_new,
            t.id IS NOT NULL AND (t.customer_id <> c.new OR t.address_id IS DISTINCT FROM a.new OR t.placed <> s.placed) AS differs
        FROM staged."order" s
        JOIN customer_map c ON c.old = s.customer_id
        LEFT JOIN address_map a ON a.old = s.address_id
        LEFT JOIN shop."order" t ON t.no = s.no;
        ANALYZE order_map;
        INSERT INTO shop."order" (id, no, customer_id, address_id, placed)
        SELECT m.new, s.no, c.new, a.new, s.placed
        FROM staged."order" s
        JOIN order_map m ON m.old = s.id
        JOIN customer_map c ON c.old = s.customer_id
        LEFT JOIN address_map a ON a.old = s.address_id
        WHERE m.is_new;

        CREATE TEMPORARY TABLE line_found ON COMMIT DROP AS
        SELECT o.new AS order_id, s.n, p.new AS product_id, s.quantity, t.order_id IS NULL AS is_new,
            t.product_id <> p.new OR t.quantity <> s.quantity AS differs
        FROM staged.line s
        LEFT JOIN order_map o ON o.old = s.order_id
        LEFT JOIN product_map p ON p.old = s.product_id
        LEFT JOIN shop.line t ON t.order_id = o.new AND t.n = s.n;
        INSERT INTO report
        SELECT 'line', count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), count(*) FILTER (WHERE differs),
            count(*) FILTER (WHERE num_nulls(order_id, product_id) > 0)
        FROM line_found;
        INSERT INTO shop.line (order_id, n, product_id, quantity)
        SELECT order_id, n, product_id, quantity FROM line_found WHERE is_new AND num_nulls(order_id, product_id) = 0;

        INSERT INTO report
        SELECT 'category', count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), 0 FROM category_map
        UNION ALL
        SELECT 'product', count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), count(*) FILTER (WHERE differs) FROM product_map
        UNION ALL
        SELECT 'tag', count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), 0 FROM tag_map
        UNION ALL
        SELECT 'address', count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), count(*) FILTER (WHERE differs) FROM address_map
        UNION ALL
        SELECT 'order', count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), count(*) FILTER (WHERE differs) FROM order_map;
        DO $$
        BEGIN
            IF EXISTS (SELECT FROM report WHERE loose > 0) THEN
                RAISE EXCEPTION 'lines refer to no row';
            END IF;
        END
        $$;
        SELECT * FROM report;
        """;

    public string Name => "set statements by hand, checked";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await ShopStaging.CopyAsync(connection, shop, cancellationToken);
        await ShopStaging.RunAsync(connection, Statements, cancellationToken);
    }
}
