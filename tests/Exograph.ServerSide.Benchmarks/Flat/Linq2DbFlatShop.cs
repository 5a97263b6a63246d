using Exograph.ServerSide.Benchmarks.Schemas;
using LinqToDB;
using LinqToDB.Data;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Flat;

/// <summary>linq2db: a Merge by natural key for each table, of what is distinct among the flat rows.</summary>
internal static class Linq2DbFlatShop
{
    public static async Task MergeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var db = ShopConnection.Over(connection);
        await db.BeginTransactionAsync(cancellationToken);
        await MergeCustomersAsync(db, cancellationToken);
        await db.GetTable<StoredProduct>().Merge()
            .Using(db.GetTable<StoredFlat>().Select(f => new { f.Sku, f.Title, f.Price }).Distinct())
            .On((t, s) => t.Sku == s.Sku)
            .InsertWhenNotMatched(s => new StoredProduct { Sku = s.Sku, Title = s.Title, Price = s.Price }).MergeAsync(cancellationToken);
        await db.ExecuteAsync("ANALYZE shop.product", cancellationToken);
        await db.GetTable<StoredOrderLine>().Merge()
            .Using(from f in db.GetTable<StoredFlat>()
                   join u in db.GetTable<StoredCustomer>() on f.Email equals u.Email
                   join p in db.GetTable<StoredProduct>() on f.Sku equals p.Sku
                   select new { CustomerId = u.Id, ProductId = p.Id, f.OrderedAt, f.Line, f.Quantity, f.Note })
            .On((t, s) => t.CustomerId == s.CustomerId && t.ProductId == s.ProductId && t.OrderedAt == s.OrderedAt && t.Line == s.Line)
            .InsertWhenNotMatched(s => new StoredOrderLine
            {
                CustomerId = s.CustomerId,
                ProductId = s.ProductId,
                OrderedAt = s.OrderedAt,
                Line = s.Line,
                Quantity = s.Quantity,
                Note = s.Note,
            }).MergeAsync(cancellationToken);
        await db.CommitTransactionAsync(cancellationToken);
    }

    private static async Task MergeCustomersAsync(DataConnection db, CancellationToken cancellationToken)
    {
        await db.GetTable<StoredCountry>().Merge()
            .Using(db.GetTable<StoredFlat>().Select(f => new { f.Country }).Distinct())
            .On((t, s) => t.Name == s.Country)
            .InsertWhenNotMatched(s => new StoredCountry { Name = s.Country }).MergeAsync(cancellationToken);
        await db.ExecuteAsync("ANALYZE shop.country", cancellationToken);
        await db.GetTable<StoredCity>().Merge()
            .Using((from f in db.GetTable<StoredFlat>()
                    join k in db.GetTable<StoredCountry>() on f.Country equals k.Name
                    select new { CountryId = k.Id, f.City, f.Population }).Distinct())
            .On((t, s) => t.CountryId == s.CountryId && t.Name == s.City)
            .InsertWhenNotMatched(s => new StoredCity { CountryId = s.CountryId, Name = s.City, Population = s.Population })
            .MergeAsync(cancellationToken);
        await db.ExecuteAsync("ANALYZE shop.city", cancellationToken);
        await db.GetTable<StoredCustomer>().Merge()
            .Using((from f in db.GetTable<StoredFlat>()
                    join k in db.GetTable<StoredCountry>() on f.Country equals k.Name
                    join c in db.GetTable<StoredCity>() on new { CountryId = k.Id, Name = f.City } equals new { c.CountryId, c.Name }
                    select new { CityId = c.Id, f.Email, f.Customer }).Distinct())
            .On((t, s) => t.Email == s.Email)
            .InsertWhenNotMatched(s => new StoredCustomer { CityId = s.CityId, Email = s.Email, Name = s.Customer })
            .MergeAsync(cancellationToken);
        await db.ExecuteAsync("ANALYZE shop.customer", cancellationToken);
    }

    private sealed class StoredFlat
    {
        public string Country { get; set; } = "";

        public string City { get; set; } = "";

        public int? Population { get; set; }

        public string Email { get; set; } = "";

        public string? Customer { get; set; }

        public string Sku { get; set; } = "";

        public string? Title { get; set; }

        public decimal? Price { get; set; }

        public DateTime OrderedAt { get; set; }

        public int Line { get; set; }

        public int? Quantity { get; set; }

        public string? Note { get; set; }
    }

    private sealed class StoredCountry
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";
    }

    private sealed class StoredCity
    {
        public int Id { get; set; }

        public int CountryId { get; set; }

        public string Name { get; set; } = "";

        public int? Population { get; set; }
    }

    private sealed class StoredCustomer
    {
        public long Id { get; set; }

        public int CityId { get; set; }

        public string Email { get; set; } = "";

        public string? Name { get; set; }
    }

    private sealed class StoredProduct
    {
        public long Id { get; set; }

        public string Sku { get; set; } = "";

        public string? Title { get; set; }

        public decimal? Price { get; set; }
    }

    private sealed class StoredOrderLine
    {
        public long Id { get; set; }

        public long CustomerId { get; set; }

        public long ProductId { get; set; }

        public DateTime OrderedAt { get; set; }

        public int Line { get; set; }

        public int? Quantity { get; set; }

        public string? Note { get; set; }
    }
}
