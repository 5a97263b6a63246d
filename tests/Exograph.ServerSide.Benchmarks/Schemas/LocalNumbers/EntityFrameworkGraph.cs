using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>EF Core: a graph of new entities is added and saved; the database numbers them.</summary>
internal sealed class EntityFrameworkGraph : IShopContender
{
    public string Name => "`AddRange` of a graph of new entities, `SaveChanges`";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        var graph = new StoredGraph(shop);
        await using var context = new ShopContext(connection);
        context.AddRange(graph.Currencies);
        context.AddRange(graph.Categories);
        context.AddRange(graph.ProductTags);
        context.AddRange(graph.Customers);
        await context.SaveChangesAsync(cancellationToken);
    }
}
