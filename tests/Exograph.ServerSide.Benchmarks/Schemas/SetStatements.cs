using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>
/// What a good engineer writes by hand for just these tables: a map of each, anti-joins, numbers drawn for new rows alone. It
/// trusts its input: nothing is checked, and of rows that are one it would know nothing.
/// </summary>
internal sealed class SetStatements : IShopContender
{
    private const string Statements = """
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
        SELECT s.id AS old, coalesce(t.id, nextval('shop.product_id_seq')::integer) AS new, t.id IS NULL AS is_new
        FROM staged.product s LEFT JOIN shop.product t ON t.sku = s.sku;
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

        INSERT INTO shop.product_tag (product_id, tag_id)
        SELECT p.new, g.new
        FROM staged.product_tag s JOIN product_map p ON p.old = s.product_id JOIN tag_map g ON g.old = s.tag_id
        WHERE NOT EXISTS (SELECT FROM shop.product_tag t WHERE t.product_id = p.new AND t.tag_id = g.new);

        CREATE TEMPORARY TABLE customer_map ON COMMIT DROP AS
        SELECT s.id AS old, coalesce(t.id, nextval('shop.customer_id_seq')) AS new, t.id IS NULL AS is_new
        FROM staged.customer s LEFT JOIN shop.customer t ON lower(t.email) = lower(s.email);
        ANALYZE customer_map;
        CREATE TEMPORARY TABLE address_map ON COMMIT DROP AS
        SELECT s.id AS old, coalesce(t.id, nextval('shop.address_id_seq')::integer) AS new, t.id IS NULL AS is_new
        FROM staged.address s
        JOIN customer_map c ON c.old = s.customer_id
        LEFT JOIN shop.address t ON t.customer_id = c.new AND t.label = s.label;
        ANALYZE address_map;
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
        SELECT s.id AS old, coalesce(t.id, nextval('shop.order_id_seq')::integer) AS new, t.id IS NULL AS is_new
        FROM staged."order" s LEFT JOIN shop."order" t ON t.no = s.no;
        ANALYZE order_map;
        INSERT INTO shop."order" (id, no, customer_id, address_id, placed)
        SELECT m.new, s.no, c.new, a.new, s.placed
        FROM staged."order" s
        JOIN order_map m ON m.old = s.id
        JOIN customer_map c ON c.old = s.customer_id
        LEFT JOIN address_map a ON a.old = s.address_id
        WHERE m.is_new;

        INSERT INTO shop.line (order_id, n, product_id, quantity)
        SELECT o.new, s.n, p.new, s.quantity
        FROM staged.line s JOIN order_map o ON o.old = s.order_id JOIN product_map p ON p.old = s.product_id
        WHERE NOT EXISTS (SELECT FROM shop.line t WHERE t.order_id = o.new AND t.n = s.n);
        """;

    public string Name => "set statements by hand";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await ShopStaging.CopyAsync(connection, shop, cancellationToken);
        await ShopStaging.RunAsync(connection, Statements, cancellationToken);
    }
}
