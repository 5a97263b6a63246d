using LinqToDB.Data;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>linq2db: BulkCopy of the rows of each table, parents first.</summary>
/// <param name="keepIdentity">By default BulkCopy leaves out identities.</param>
internal sealed class Linq2DbBulkCopy(bool keepIdentity) : IShopContender
{
    public string Name => keepIdentity ? "`BulkCopy` of each table, `KeepIdentity`" : "`BulkCopy` of each table";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        var rows = new StoredRows(shop);
        await using var db = ShopConnection.Over(connection);
        var options = new BulkCopyOptions(KeepIdentity: keepIdentity);
        await using var transaction = await db.BeginTransactionAsync(cancellationToken);
        await db.BulkCopyAsync(options, rows.Currencies, cancellationToken);
        await db.BulkCopyAsync(options, rows.Categories, cancellationToken);
        await db.BulkCopyAsync(options, rows.Products, cancellationToken);
        await db.BulkCopyAsync(options, rows.Tags, cancellationToken);
        await db.BulkCopyAsync(options, rows.ProductTags, cancellationToken);
        await db.BulkCopyAsync(options, rows.Customers, cancellationToken);
        await db.BulkCopyAsync(options, rows.Addresses, cancellationToken);
        await db.BulkCopyAsync(options, rows.Orders, cancellationToken);
        await db.BulkCopyAsync(options, rows.Lines, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
