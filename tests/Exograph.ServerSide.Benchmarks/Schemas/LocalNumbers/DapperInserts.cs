using Dapper;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>Dapper: rows by INSERT, but for those that are there; as pg_dump writes them with --on-conflict-do-nothing.</summary>
internal sealed class DapperInserts : IShopContender
{
    public string Name => "`INSERT .. ON CONFLICT DO NOTHING`";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await InsertAsync("currency (code, name) VALUES (@Code, @Name)", shop.Currencies);
        await InsertAsync("category (id, parent_id, name) VALUES (@Id, @ParentId, @Name)", shop.Categories);
        await InsertAsync(
            "product (id, category_id, sku, name, price, currency) VALUES (@Id, @CategoryId, @Sku, @Name, @Price, @Currency)",
            shop.Products);
        await InsertAsync("tag (id, name) VALUES (@Id, @Name)", shop.Tags);
        await InsertAsync("product_tag (product_id, tag_id) VALUES (@ProductId, @TagId)", shop.ProductTags);
        await InsertAsync("customer (id, email, name) VALUES (@Id, @Email, @Name)", shop.Customers);
        await InsertAsync("address (id, customer_id, label, street) VALUES (@Id, @CustomerId, @Label, @Street)", shop.Addresses);
        await InsertAsync(
            "\"order\" (id, no, customer_id, address_id, placed) VALUES (@Id, @No, @CustomerId, @AddressId, @Placed)",
            shop.Orders);
        await InsertAsync("line (order_id, n, product_id, quantity) VALUES (@OrderId, @N, @ProductId, @Quantity)", shop.Lines);
        await transaction.CommitAsync(cancellationToken);

        Task InsertAsync(string what, object rows) => connection.ExecuteAsync(new CommandDefinition(
            $"INSERT INTO shop.{what} ON CONFLICT DO NOTHING", rows, transaction, cancellationToken: cancellationToken));
    }
}
