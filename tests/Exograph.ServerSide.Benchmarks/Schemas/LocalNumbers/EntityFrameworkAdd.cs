using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>EF Core: entities as they were read in the other database are added and saved.</summary>
internal sealed class EntityFrameworkAdd : IShopContender
{
    public string Name => "`AddRange` of each table, `SaveChanges`";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        var rows = new StoredRows(shop);
        await using var context = new ShopContext(connection);
        context.AddRange(rows.Currencies);
        context.AddRange(rows.Categories);
        context.AddRange(rows.Products);
        context.AddRange(rows.Tags);
        context.AddRange(rows.ProductTags);
        context.AddRange(rows.Customers);
        context.AddRange(rows.Addresses);
        context.AddRange(rows.Orders);
        context.AddRange(rows.Lines);
        await context.SaveChangesAsync(cancellationToken);
    }
}
