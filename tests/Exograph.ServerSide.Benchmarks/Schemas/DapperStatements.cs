using Dapper;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>COPY, then INSERT with ON CONFLICT DO NOTHING, and a look for the ids by natural key: what most write with Dapper.</summary>
internal sealed class DapperStatements : IShopContender
{
    private const string Flat = """
        INSERT INTO shop.currency (code, name) SELECT code, name FROM staged.currency ON CONFLICT DO NOTHING;
        CREATE TEMPORARY TABLE category_ids (old integer PRIMARY KEY, new integer NOT NULL) ON COMMIT DROP;
        """;

    private const string CategoryLevel = """
        INSERT INTO shop.category (parent_id, name)
        SELECT p.new, s.name FROM staged.category s LEFT JOIN category_ids p ON p.old = s.parent_id
        WHERE (s.parent_id IS NULL OR p.old IS NOT NULL) AND s.id NOT IN (SELECT old FROM category_ids)
        ON CONFLICT DO NOTHING;
        INSERT INTO category_ids
        SELECT s.id, t.id
        FROM staged.category s LEFT JOIN category_ids p ON p.old = s.parent_id
        JOIN shop.category t ON t.name = s.name AND t.parent_id IS NOT DISTINCT FROM p.new
        WHERE (s.parent_id IS NULL OR p.old IS NOT NULL)
        ON CONFLICT DO NOTHING;
        """;

    private const string Others = """
        INSERT INTO shop.product (category_id, sku, name, price, currency)
        SELECT c.new, s.sku, s.name, s.price, s.currency FROM staged.product s JOIN category_ids c ON c.old = s.category_id
        ON CONFLICT DO NOTHING;
        CREATE TEMPORARY TABLE product_ids ON COMMIT DROP AS
        SELECT s.id AS old, t.id AS new FROM staged.product s JOIN shop.product t ON t.sku = s.sku;
        INSERT INTO shop.tag (name) SELECT name FROM staged.tag ON CONFLICT DO NOTHING;
        CREATE TEMPORARY TABLE tag_ids ON COMMIT DROP AS
        SELECT s.id AS old, t.id AS new FROM staged.tag s JOIN shop.tag t ON t.name = s.name;
        INSERT INTO shop.product_tag (product_id, tag_id)
        SELECT p.new, t.new FROM staged.product_tag s JOIN product_ids p ON p.old = s.product_id JOIN tag_ids t ON t.old = s.tag_id
        ON CONFLICT DO NOTHING;
        CREATE TEMPORARY TABLE customers_before ON COMMIT DROP AS
        SELECT t.id FROM staged.customer s JOIN shop.customer t ON lower(t.email) = lower(s.email);
        INSERT INTO shop.customer (email, name) SELECT email, name FROM staged.customer ON CONFLICT DO NOTHING;
        CREATE TEMPORARY TABLE customer_ids ON COMMIT DROP AS
        SELECT s.id AS old, t.id AS new FROM staged.customer s JOIN shop.customer t ON lower(t.email) = lower(s.email);
        INSERT INTO shop.address (customer_id, label, street)
        SELECT c.new, s.label, s.street FROM staged.address s JOIN customer_ids c ON c.old = s.customer_id
        ON CONFLICT DO NOTHING;
        CREATE TEMPORARY TABLE address_ids ON COMMIT DROP AS
        SELECT s.id AS old, t.id AS new
        FROM staged.address s JOIN customer_ids c ON c.old = s.customer_id
        JOIN shop.address t ON t.customer_id = c.new AND t.label = s.label;
        UPDATE shop.customer t SET default_address_id = a.new
        FROM staged.customer s JOIN customer_ids c ON c.old = s.id JOIN address_ids a ON a.old = s.default_address_id
        WHERE t.id = c.new AND t.id NOT IN (SELECT id FROM customers_before);
        INSERT INTO shop."order" (no, customer_id, address_id, placed)
        SELECT s.no, c.new, a.new, s.placed
        FROM staged."order" s JOIN customer_ids c ON c.old = s.customer_id LEFT JOIN address_ids a ON a.old = s.address_id
        ON CONFLICT DO NOTHING;
        CREATE TEMPORARY TABLE order_ids ON COMMIT DROP AS
        SELECT s.id AS old, t.id AS new FROM staged."order" s JOIN shop."order" t ON t.no = s.no;
        INSERT INTO shop.line (order_id, n, product_id, quantity)
        SELECT o.new, s.n, p.new, s.quantity
        FROM staged.line s JOIN order_ids o ON o.old = s.order_id JOIN product_ids p ON p.old = s.product_id
        ON CONFLICT DO NOTHING;
        """;

    public string Name => "Dapper, COPY and ON CONFLICT";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await ShopStaging.CopyAsync(connection, shop, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Command(Flat));
        while (await connection.ExecuteAsync(Command(CategoryLevel)) > 0)
        {
        }
        await connection.ExecuteAsync(Command(Others));
        await transaction.CommitAsync(cancellationToken);

        CommandDefinition Command(string sql) => new(sql, commandTimeout: 0, cancellationToken: cancellationToken);
    }
}
