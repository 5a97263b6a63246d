using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>EF Core's insert or update of disconnected entities: found by key and given the new values, or else added.</summary>
internal sealed class EntityFrameworkFind : IShopContender
{
    public string Name => "`Find`, then `SetValues` or `Add`, `SaveChanges`";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        var rows = new StoredRows(shop);
        await using var context = new ShopContext(connection);
        foreach (var row in rows.Currencies)
            await InsertOrUpdateAsync(row, row.Code);
        foreach (var row in rows.Categories)
            await InsertOrUpdateAsync(row, row.Id);
        foreach (var row in rows.Products)
            await InsertOrUpdateAsync(row, row.Id);
        foreach (var row in rows.Tags)
            await InsertOrUpdateAsync(row, row.Id);
        foreach (var row in rows.ProductTags)
            await InsertOrUpdateAsync(row, row.ProductId, row.TagId);
        foreach (var row in rows.Customers)
            await InsertOrUpdateAsync(row, row.Id);
        foreach (var row in rows.Addresses)
            await InsertOrUpdateAsync(row, row.Id);
        foreach (var row in rows.Orders)
            await InsertOrUpdateAsync(row, row.Id);
        foreach (var row in rows.Lines)
            await InsertOrUpdateAsync(row, row.OrderId, row.N);
        await context.SaveChangesAsync(cancellationToken);

        async Task InsertOrUpdateAsync<T>(T row, params object[] key)
            where T : class
        {
            if (await context.FindAsync<T>(key, cancellationToken) is { } existing)
                context.Entry(existing).CurrentValues.SetValues(row);
            else
                context.Add(row);
        }
    }
}
