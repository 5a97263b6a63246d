using LinqToDB;
using LinqToDB.Data;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>linq2db: BulkCopy into staging, Merge by natural key, table by table, and maps of the numbers by a query for each.</summary>
internal sealed class Linq2DbShop : IShopContender
{
    private static readonly string[] s_numbered = ["category", "product", "tag", "customer", "address", "order"];

    public string Name => "linq2db, BulkCopy and Merge";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await using var db = ShopConnection.Over(connection);
        await db.ExecuteAsync(Shop.Staging, cancellationToken);
        await db.ExecuteAsync(string.Concat(
            s_numbered.Select(t =>
                $"CREATE UNLOGGED TABLE staged.{t}_numbers (old bigint PRIMARY KEY, new bigint NOT NULL, existing boolean NOT NULL);")),
            cancellationToken);
        await BulkCopyAsync(db, shop.Currencies, cancellationToken);
        await BulkCopyAsync(db, shop.Categories, cancellationToken);
        await BulkCopyAsync(db, shop.Products, cancellationToken);
        await BulkCopyAsync(db, shop.Tags, cancellationToken);
        await BulkCopyAsync(db, shop.ProductTags, cancellationToken);
        await BulkCopyAsync(db, shop.Customers, cancellationToken);
        await BulkCopyAsync(db, shop.Addresses, cancellationToken);
        await BulkCopyAsync(db, shop.Orders, cancellationToken);
        await BulkCopyAsync(db, shop.Lines, cancellationToken);
        await db.ExecuteAsync("ANALYZE", cancellationToken);
        await db.BeginTransactionAsync(cancellationToken);
        await MergeProductsAsync(db, cancellationToken);
        await MergeCustomersAsync(db, cancellationToken);
        await MergeOrdersAsync(db, cancellationToken);
        await db.CommitTransactionAsync(cancellationToken);
    }

    private static async Task MergeProductsAsync(DataConnection db, CancellationToken cancellationToken)
    {
        await db.GetTable<StoredCurrency>().Merge().Using(Staged<Currency>(db)).On((t, s) => t.Code == s.Code)
            .InsertWhenNotMatched(s => new StoredCurrency { Code = s.Code, Name = s.Name }).MergeAsync(cancellationToken);
        var categories = Numbers(db, "category");
        int added;
        do
        {
            var level =
                from s in Staged<Category>(db)
                from p in categories.LeftJoin(p => p.Old == s.ParentId)
                where (s.ParentId == null || p != null) && !categories.Any(m => m.Old == s.Id)
                select new { s.Id, ParentId = p == null ? null : (int?)p.New, s.Name };
            await db.GetTable<StoredCategory>().Merge().Using(level).On((t, s) => t.Name == s.Name && t.ParentId == s.ParentId)
                .InsertWhenNotMatched(s => new StoredCategory { ParentId = s.ParentId, Name = s.Name }).MergeAsync(cancellationToken);
            added = await (
                from s in level
                from t in db.GetTable<StoredCategory>().InnerJoin(t => t.Name == s.Name && t.ParentId == s.ParentId)
                select new Number { Old = s.Id, New = t.Id, Existing = false }).InsertAsync(categories, n => n, cancellationToken);
        }
        while (added > 0);
        await db.GetTable<StoredProduct>().Merge()
            .Using(from s in Staged<Product>(db)
                   join c in categories on s.CategoryId equals c.Old
                   select new { CategoryId = (int)c.New, s.Sku, s.Name, s.Price, s.Currency })
            .On((t, s) => t.Sku == s.Sku)
            .InsertWhenNotMatched(s => new StoredProduct
            {
                CategoryId = s.CategoryId,
                Sku = s.Sku,
                Name = s.Name,
                Price = s.Price,
                Currency = s.Currency,
            }).MergeAsync(cancellationToken);
        await (from s in Staged<Product>(db)
               join t in db.GetTable<StoredProduct>() on s.Sku equals t.Sku
               select new Number { Old = s.Id, New = t.Id, Existing = false }).InsertAsync(Numbers(db, "product"), n => n, cancellationToken);
        await db.GetTable<StoredTag>().Merge().Using(Staged<Tag>(db)).On((t, s) => t.Name == s.Name)
            .InsertWhenNotMatched(s => new StoredTag { Name = s.Name }).MergeAsync(cancellationToken);
        await (from s in Staged<Tag>(db)
               join t in db.GetTable<StoredTag>() on s.Name equals t.Name
               select new Number { Old = s.Id, New = t.Id, Existing = false }).InsertAsync(Numbers(db, "tag"), n => n, cancellationToken);
        await db.GetTable<StoredProductTag>().Merge()
            .Using(from s in Staged<ProductTag>(db)
                   join p in Numbers(db, "product") on s.ProductId equals p.Old
                   join t in Numbers(db, "tag") on s.TagId equals t.Old
                   select new { ProductId = (int)p.New, TagId = (int)t.New })
            .On((t, s) => t.ProductId == s.ProductId && t.TagId == s.TagId)
            .InsertWhenNotMatched(s => new StoredProductTag { ProductId = s.ProductId, TagId = s.TagId }).MergeAsync(cancellationToken);
    }

    private static async Task MergeCustomersAsync(DataConnection db, CancellationToken cancellationToken)
    {
        var customers = Numbers(db, "customer");
        var found = from s in Staged<Customer>(db)
                    join t in db.GetTable<StoredCustomer>() on Sql.Lower(s.Email) equals Sql.Lower(t.Email)
                    select new { Old = s.Id, New = t.Id, Existing = false };
        await found.Select(f => new Number { Old = f.Old, New = f.New, Existing = true })
            .InsertAsync(customers, n => n, cancellationToken);
        await db.GetTable<StoredCustomer>().Merge().Using(Staged<Customer>(db)).On((t, s) => Sql.Lower(t.Email) == Sql.Lower(s.Email))
            .InsertWhenNotMatched(s => new StoredCustomer { Email = s.Email, Name = s.Name }).MergeAsync(cancellationToken);
        await found.Where(f => !customers.Any(c => c.Old == f.Old)).Select(f => new Number { Old = f.Old, New = f.New, Existing = false })
            .InsertAsync(customers, n => n, cancellationToken);
        await db.GetTable<StoredAddress>().Merge()
            .Using(from s in Staged<Address>(db)
                   join c in customers on s.CustomerId equals c.Old
                   select new { CustomerId = c.New, s.Label, s.Street })
            .On((t, s) => t.CustomerId == s.CustomerId && t.Label == s.Label)
            .InsertWhenNotMatched(s => new StoredAddress { CustomerId = s.CustomerId, Label = s.Label, Street = s.Street })
            .MergeAsync(cancellationToken);
        await (from s in Staged<Address>(db)
               join c in customers on s.CustomerId equals c.Old
               from t in db.GetTable<StoredAddress>().InnerJoin(t => t.CustomerId == c.New && t.Label == s.Label)
               select new Number { Old = s.Id, New = t.Id, Existing = false }).InsertAsync(Numbers(db, "address"), n => n, cancellationToken);
        await db.GetTable<StoredCustomer>().Merge()
            .Using(from s in Staged<Customer>(db)
                   join c in customers on s.Id equals c.Old
                   join a in Numbers(db, "address") on (long?)s.DefaultAddressId equals (long?)a.Old
                   where !c.Existing
                   select new { c.New, Address = (int)a.New })
            .On((t, s) => t.Id == s.New)
            .UpdateWhenMatched((t, s) => new StoredCustomer { Email = t.Email, Name = t.Name, DefaultAddressId = s.Address })
            .MergeAsync(cancellationToken);
    }

    private static async Task MergeOrdersAsync(DataConnection db, CancellationToken cancellationToken)
    {
        await db.GetTable<StoredOrder>().Merge()
            .Using(from s in Staged<Order>(db)
                   join c in Numbers(db, "customer") on s.CustomerId equals c.Old
                   from a in Numbers(db, "address").LeftJoin(a => a.Old == s.AddressId)
                   select new { s.No, CustomerId = c.New, AddressId = a == null ? null : (int?)a.New, s.Placed })
            .On((t, s) => t.No == s.No)
            .InsertWhenNotMatched(s => new StoredOrder
            {
                No = s.No,
                CustomerId = s.CustomerId,
                AddressId = s.AddressId,
                Placed = s.Placed,
            }).MergeAsync(cancellationToken);
        await (from s in Staged<Order>(db)
               join t in db.GetTable<StoredOrder>() on s.No equals t.No
               select new Number { Old = s.Id, New = t.Id, Existing = false }).InsertAsync(Numbers(db, "order"), n => n, cancellationToken);
        await db.GetTable<StoredLine>().Merge()
            .Using(from s in Staged<Line>(db)
                   join o in Numbers(db, "order") on s.OrderId equals o.Old
                   join p in Numbers(db, "product") on s.ProductId equals p.Old
                   select new { OrderId = (int)o.New, s.N, ProductId = (int)p.New, s.Quantity })
            .On((t, s) => t.OrderId == s.OrderId && t.N == s.N)
            .InsertWhenNotMatched(s => new StoredLine { OrderId = s.OrderId, N = s.N, ProductId = s.ProductId, Quantity = s.Quantity })
            .MergeAsync(cancellationToken);
    }

    private static ITable<T> Staged<T>(DataConnection db)
        where T : class => db.GetTable<T>().SchemaName("staged");

    private static ITable<Number> Numbers(DataConnection db, string table) =>
        db.GetTable<Number>().SchemaName("staged").TableName($"{table}_numbers");

    private static Task<BulkCopyRowsCopied> BulkCopyAsync<T>(DataConnection db, IEnumerable<T> rows, CancellationToken cancellationToken)
        where T : class =>
        Staged<T>(db).BulkCopyAsync(new BulkCopyOptions(BulkCopyType: BulkCopyType.ProviderSpecific), rows, cancellationToken);

    private sealed class Number
    {
        public long Old { get; set; }

        public long New { get; set; }

        public bool Existing { get; set; }
    }
}
