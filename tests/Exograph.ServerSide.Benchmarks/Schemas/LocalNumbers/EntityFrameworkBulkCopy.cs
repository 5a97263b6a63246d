using LinqToDB.EntityFrameworkCore;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>A graph of new entities: the few by SaveChanges, the many by the BulkCopy that linq2db adds to EF Core.</summary>
/// <param name="children">Whether the children go by a BulkCopy of their own, or with their parents, as for SaveChanges.</param>
internal sealed class EntityFrameworkBulkCopy(bool children) : IShopContender
{
    public string Name => children
        ? "the same, and `BulkCopy` of their addresses, orders, lines"
        : "`SaveChanges` of products, `BulkCopy` of customers with all that is theirs";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        var graph = new StoredGraph(shop);
        await using var context = new ShopContext(connection);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        context.AddRange(graph.Currencies);
        context.AddRange(graph.Categories);
        context.AddRange(graph.ProductTags);
        await context.SaveChangesAsync(cancellationToken);
        await context.BulkCopyAsync(graph.Customers, cancellationToken);
        if (children)
        {
            await context.BulkCopyAsync(graph.Customers.SelectMany(c => c.Addresses), cancellationToken);
            await context.BulkCopyAsync(graph.Customers.SelectMany(c => c.Orders), cancellationToken);
            await context.BulkCopyAsync(graph.Customers.SelectMany(c => c.Orders).SelectMany(o => o.Lines), cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }
}
