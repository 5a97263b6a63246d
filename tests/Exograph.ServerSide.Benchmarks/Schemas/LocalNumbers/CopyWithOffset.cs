using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>COPY into staging tables, then INSERT with all numbers moved past those that are there.</summary>
internal sealed class CopyWithOffset : IShopContender
{
    // 1,000,000: more than any number of ours.
    private const string Statements = """
        INSERT INTO shop.currency (code, name) SELECT code, name FROM staged.currency ON CONFLICT DO NOTHING;
        INSERT INTO shop.category (id, parent_id, name) SELECT id + 1000000, parent_id + 1000000, name FROM staged.category;
        INSERT INTO shop.product (id, category_id, sku, name, price, currency)
        SELECT id + 1000000, category_id + 1000000, sku, name, price, currency FROM staged.product;
        INSERT INTO shop.tag (id, name) SELECT id + 1000000, name FROM staged.tag;
        INSERT INTO shop.product_tag (product_id, tag_id) SELECT product_id + 1000000, tag_id + 1000000 FROM staged.product_tag;
        INSERT INTO shop.customer (id, email, name) SELECT id + 1000000, email, name FROM staged.customer;
        INSERT INTO shop.address (id, customer_id, label, street)
        SELECT id + 1000000, customer_id + 1000000, label, street FROM staged.address;
        INSERT INTO shop."order" (id, no, customer_id, address_id, placed)
        SELECT id + 1000000, no, customer_id + 1000000, address_id + 1000000, placed FROM staged."order";
        INSERT INTO shop.line (order_id, n, product_id, quantity)
        SELECT order_id + 1000000, n, product_id + 1000000, quantity FROM staged.line;
        """;

    public string Name => "COPY, numbers moved by an offset";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await ShopStaging.CopyAsync(connection, shop, cancellationToken);
        await ShopStaging.RunAsync(connection, Statements, cancellationToken);
    }
}
