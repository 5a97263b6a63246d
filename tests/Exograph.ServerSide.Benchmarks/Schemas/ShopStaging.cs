using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>Puts the rows of a shop, as they are, where statements of the server find them.</summary>
internal static class ShopStaging
{
    /// <summary>A COPY into each staging table, and statistics of what came.</summary>
    public static async Task CopyAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await RunAsync(connection, Shop.Staging, cancellationToken);
        await CopyAsync(connection, "staged", shop, cancellationToken);
        await RunAsync(connection, """
            ANALYZE staged.currency, staged.category, staged.product, staged.tag, staged.product_tag, staged.customer, staged.address,
                staged."order", staged.line
            """, cancellationToken);
    }

    /// <summary>A COPY into each table of a schema, parents first.</summary>
    public static async Task CopyAsync(NpgsqlConnection connection, string schema, Shop shop, CancellationToken cancellationToken)
    {
        await CopyAsync("currency", shop.Currencies, async (writer, row) =>
        {
            await writer.WriteAsync(row.Code, cancellationToken);
            await writer.WriteAsync(row.Name, cancellationToken);
        });
        await CopyAsync("category", shop.Categories, async (writer, row) =>
        {
            await writer.WriteAsync(row.Id, cancellationToken);
            await WriteAsync(writer, row.ParentId, cancellationToken);
            await writer.WriteAsync(row.Name, cancellationToken);
        });
        await CopyAsync("product", shop.Products, async (writer, row) =>
        {
            await writer.WriteAsync(row.Id, cancellationToken);
            await writer.WriteAsync(row.CategoryId, cancellationToken);
            await writer.WriteAsync(row.Sku, cancellationToken);
            await writer.WriteAsync(row.Name, cancellationToken);
            await writer.WriteAsync(row.Price, cancellationToken);
            await writer.WriteAsync(row.Currency, cancellationToken);
        });
        await CopyAsync("tag", shop.Tags, async (writer, row) =>
        {
            await writer.WriteAsync(row.Id, cancellationToken);
            await writer.WriteAsync(row.Name, cancellationToken);
        });
        await CopyAsync("product_tag", shop.ProductTags, async (writer, row) =>
        {
            await writer.WriteAsync(row.ProductId, cancellationToken);
            await writer.WriteAsync(row.TagId, cancellationToken);
        });
        await CopyAsync("customer", shop.Customers, async (writer, row) =>
        {
            await writer.WriteAsync(row.Id, cancellationToken);
            await writer.WriteAsync(row.Email, cancellationToken);
            await writer.WriteAsync(row.Name, cancellationToken);
            await WriteAsync(writer, row.DefaultAddressId, cancellationToken);
        });
        await CopyAsync("address", shop.Addresses, async (writer, row) =>
        {
            await writer.WriteAsync(row.Id, cancellationToken);
            await writer.WriteAsync(row.CustomerId, cancellationToken);
            await writer.WriteAsync(row.Label, cancellationToken);
            await writer.WriteAsync(row.Street, cancellationToken);
        });
        await CopyAsync("\"order\"", shop.Orders, async (writer, row) =>
        {
            await writer.WriteAsync(row.Id, cancellationToken);
            await writer.WriteAsync(row.No, cancellationToken);
            await writer.WriteAsync(row.CustomerId, cancellationToken);
            await WriteAsync(writer, row.AddressId, cancellationToken);
            await writer.WriteAsync(row.Placed, cancellationToken);
        });
        await CopyAsync("line", shop.Lines, async (writer, row) =>
        {
            await writer.WriteAsync(row.OrderId, cancellationToken);
            await writer.WriteAsync(row.N, cancellationToken);
            await writer.WriteAsync(row.ProductId, cancellationToken);
            await writer.WriteAsync(row.Quantity, cancellationToken);
        });

        async Task CopyAsync<T>(string table, IEnumerable<T> rows, Func<NpgsqlBinaryImporter, T, Task> writeAsync)
        {
            await using var writer = await connection.BeginBinaryImportAsync(
                $"COPY {schema}.{table} FROM STDIN (FORMAT binary)", cancellationToken);
            foreach (var row in rows)
            {
                await writer.StartRowAsync(cancellationToken);
                await writeAsync(writer, row);
            }
            await writer.CompleteAsync(cancellationToken);
        }
    }

    /// <summary>Runs statements in one transaction, however long they take.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, int? value, CancellationToken cancellationToken) =>
        value is { } number ? writer.WriteAsync(number, cancellationToken) : writer.WriteNullAsync(cancellationToken);
}
