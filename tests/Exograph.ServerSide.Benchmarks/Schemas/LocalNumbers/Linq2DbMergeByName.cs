using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>linq2db: Merge of the rows of each table by what tells them apart beside their numbers, parents first.</summary>
internal sealed class Linq2DbMergeByName : IShopContender
{
    public string Name => "`Merge` `On` the natural key, insert";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        var rows = new StoredRows(shop);
        await using var db = ShopConnection.Over(connection);
        await using var transaction = await db.BeginTransactionAsync(cancellationToken);
        await MergeAsync(rows.Currencies, (t, s) => t.Code == s.Code);
        await MergeAsync(rows.Categories, (t, s) => t.ParentId == s.ParentId && t.Name == s.Name);
        await MergeAsync(rows.Products, (t, s) => t.Sku == s.Sku);
        await MergeAsync(rows.Tags, (t, s) => t.Name == s.Name);
        await MergeAsync(rows.ProductTags, (t, s) => t.ProductId == s.ProductId && t.TagId == s.TagId);
        await MergeAsync(rows.Customers, (t, s) => Sql.Lower(t.Email) == Sql.Lower(s.Email));
        await MergeAsync(rows.Addresses, (t, s) => t.CustomerId == s.CustomerId && t.Label == s.Label);
        await MergeAsync(rows.Orders, (t, s) => t.No == s.No);
        await MergeAsync(rows.Lines, (t, s) => t.OrderId == s.OrderId && t.N == s.N);
        await transaction.CommitAsync(cancellationToken);

        Task MergeAsync<T>(IEnumerable<T> all, Expression<Func<T, T, bool>> isSame)
            where T : class =>
            db.GetTable<T>().Merge().Using(all).On(isSame).InsertWhenNotMatched().MergeAsync(cancellationToken);
    }
}
