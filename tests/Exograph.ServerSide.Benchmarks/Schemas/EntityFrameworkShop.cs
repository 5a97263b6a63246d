using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>Entity Framework Core: what exists is read by key, what is new is added, parents first, and saved in its batches.</summary>
internal sealed class EntityFrameworkShop : IShopContender
{
    public string Name => "EF Core";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await using var context = new ShopContext(connection);
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        context.Database.SetCommandTimeout(0);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);

        await PutAsync<StoredCurrency, string>(
            shop.Currencies.Select(c => new StoredCurrency { Code = c.Code, Name = c.Name }), c => c.Code.TrimEnd());
        var categories = new Dictionary<int, int>();
        while (categories.Count < shop.Categories.Count)
        {
            var level = shop.Categories
                .Where(c => !categories.ContainsKey(c.Id) && (c.ParentId is null || categories.ContainsKey(c.ParentId.Value))).ToList();
            var found = await PutAsync<StoredCategory, (int?, string)>(
                level.Select(c => new StoredCategory { ParentId = Parent(c), Name = c.Name }), c => (c.ParentId, c.Name));
            foreach (var c in level)
                categories[c.Id] = found[(Parent(c), c.Name)].Id;
        }
        var products = await PutAsync<StoredProduct, string>(
            shop.Products.Select(p => new StoredProduct
            {
                CategoryId = categories[p.CategoryId],
                Sku = p.Sku,
                Name = p.Name,
                Price = p.Price,
                Currency = p.Currency,
            }), p => p.Sku);
        var productIds = shop.Products.ToDictionary(p => p.Id, p => products[p.Sku].Id);
        var tags = await PutAsync<StoredTag, string>(shop.Tags.Select(t => new StoredTag { Name = t.Name }), t => t.Name);
        var tagIds = shop.Tags.ToDictionary(t => t.Id, t => tags[t.Name].Id);
        await PutAsync<StoredProductTag, (int, int)>(
            shop.ProductTags.Select(t => new StoredProductTag { ProductId = productIds[t.ProductId], TagId = tagIds[t.TagId] }),
            t => (t.ProductId, t.TagId));
        var before = (await context.Set<StoredCustomer>().AsNoTracking().Select(c => c.Id).ToListAsync(cancellationToken)).ToHashSet();
        var customers = await PutAsync<StoredCustomer, string>(
            shop.Customers.Select(c => new StoredCustomer { Email = c.Email, Name = c.Name }), c => c.Email.ToUpperInvariant());
        var customerIds = shop.Customers.ToDictionary(c => c.Id, c => customers[c.Email.ToUpperInvariant()].Id);
        var addresses = await PutAsync<StoredAddress, (long, string)>(
            shop.Addresses.Select(a => new StoredAddress { CustomerId = customerIds[a.CustomerId], Label = a.Label, Street = a.Street }),
            a => (a.CustomerId, a.Label));
        var addressIds = shop.Addresses.ToDictionary(a => a.Id, a => addresses[(customerIds[a.CustomerId], a.Label)].Id);
        foreach (var c in shop.Customers.Where(c => c.DefaultAddressId is not null && !before.Contains(customerIds[c.Id])))
        {
            var stored = customers[c.Email.ToUpperInvariant()];
            context.Attach(stored);
            context.Entry(stored).Property(s => s.DefaultAddressId).CurrentValue = addressIds[c.DefaultAddressId!.Value];
        }
        await context.SaveChangesAsync(cancellationToken);
        context.ChangeTracker.Clear();
        var orders = await PutAsync<StoredOrder, string>(
            shop.Orders.Select(o => new StoredOrder
            {
                No = o.No,
                CustomerId = customerIds[o.CustomerId],
                AddressId = o.AddressId is { } address ? addressIds[address] : null,
                Placed = o.Placed,
            }), o => o.No);
        var orderIds = shop.Orders.ToDictionary(o => o.Id, o => orders[o.No].Id);
        await PutAsync<StoredLine, (int, int)>(
            shop.Lines.Select(l => new StoredLine
            {
                OrderId = orderIds[l.OrderId],
                N = l.N,
                ProductId = productIds[l.ProductId],
                Quantity = l.Quantity,
            }), l => (l.OrderId, l.N));
        await transaction.CommitAsync(cancellationToken);

        int? Parent(Category category) => category.ParentId is { } parent ? categories[parent] : null;

        async Task<Dictionary<TKey, TRow>> PutAsync<TRow, TKey>(IEnumerable<TRow> rows, Func<TRow, TKey> key)
            where TRow : class
            where TKey : notnull
        {
            var all = (await context.Set<TRow>().AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(key);
            foreach (var row in rows)
            {
                if (all.TryAdd(key(row), row))
                    context.Add(row);
            }
            await context.SaveChangesAsync(cancellationToken);
            context.ChangeTracker.Clear();
            return all;
        }
    }
}
