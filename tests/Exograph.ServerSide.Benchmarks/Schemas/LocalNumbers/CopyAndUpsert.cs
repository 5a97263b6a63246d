using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>COPY into staging tables, then an upsert by primary key: ON CONFLICT DO UPDATE.</summary>
internal sealed class CopyAndUpsert : IShopContender
{
    private const string Statements = """
        INSERT INTO shop.currency (code, name) SELECT code, name FROM staged.currency
        ON CONFLICT (code) DO UPDATE SET name = excluded.name;
        INSERT INTO shop.category (id, parent_id, name) SELECT id, parent_id, name FROM staged.category
        ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name;
        INSERT INTO shop.product (id, category_id, sku, name, price, currency)
        SELECT id, category_id, sku, name, price, currency FROM staged.product
        ON CONFLICT (id) DO UPDATE SET category_id = excluded.category_id, sku = excluded.sku, name = excluded.name,
            price = excluded.price, currency = excluded.currency;
        INSERT INTO shop.tag (id, name) SELECT id, name FROM staged.tag ON CONFLICT (id) DO UPDATE SET name = excluded.name;
        INSERT INTO shop.product_tag (product_id, tag_id) SELECT product_id, tag_id FROM staged.product_tag
        ON CONFLICT (product_id, tag_id) DO NOTHING;
        INSERT INTO shop.customer (id, email, name) SELECT id, email, name FROM staged.customer
        ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name;
        INSERT INTO shop.address (id, customer_id, label, street) SELECT id, customer_id, label, street FROM staged.address
        ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, label = excluded.label, street = excluded.street;
        INSERT INTO shop."order" (id, no, customer_id, address_id, placed)
        SELECT id, no, customer_id, address_id, placed FROM staged."order"
        ON CONFLICT (id) DO UPDATE SET no = excluded.no, customer_id = excluded.customer_id, address_id = excluded.address_id,
            placed = excluded.placed;
        INSERT INTO shop.line (order_id, n, product_id, quantity) SELECT order_id, n, product_id, quantity FROM staged.line
        ON CONFLICT (order_id, n) DO UPDATE SET product_id = excluded.product_id, quantity = excluded.quantity;
        """;

    public string Name => "COPY, `ON CONFLICT (id) DO UPDATE`";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await ShopStaging.CopyAsync(connection, shop, cancellationToken);
        await ShopStaging.RunAsync(connection, Statements, cancellationToken);
    }
}
