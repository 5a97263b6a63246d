using LinqToDB;
using LinqToDB.Data;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>linq2db: Merge of the rows of each table by primary key, parents first.</summary>
internal sealed class Linq2DbMerge : IShopContender
{
    public string Name => "`Merge` `OnTargetKey`, update or insert";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        var rows = new StoredRows(shop);
        await using var db = ShopConnection.Over(connection);
        await using var transaction = await db.BeginTransactionAsync(cancellationToken);
        await MergeAsync(rows.Currencies);
        await MergeAsync(rows.Categories);
        await MergeAsync(rows.Products);
        await MergeAsync(rows.Tags);
        await db.GetTable<StoredProductTag>().Merge().Using(rows.ProductTags).OnTargetKey().InsertWhenNotMatched()
            .MergeAsync(cancellationToken);
        await MergeAsync(rows.Customers);
        await MergeAsync(rows.Addresses);
        await MergeAsync(rows.Orders);
        await MergeAsync(rows.Lines);
        await transaction.CommitAsync(cancellationToken);

        Task MergeAsync<T>(IEnumerable<T> all)
            where T : class =>
            db.GetTable<T>().Merge().Using(all).OnTargetKey().UpdateWhenMatched().InsertWhenNotMatched()
                .MergeAsync(cancellationToken);
    }
}
