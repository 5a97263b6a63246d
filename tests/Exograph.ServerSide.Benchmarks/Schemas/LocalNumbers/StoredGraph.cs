namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>The rows of a shop as a graph of new objects, which refer to each other and have no numbers yet.</summary>
internal sealed class StoredGraph
{
    public StoredGraph(Shop shop)
    {
        var categories = shop.Categories.ToDictionary(c => c.Id, c => new StoredCategory { Name = c.Name });
        foreach (var c in shop.Categories.Where(c => c.ParentId is not null))
            categories[c.Id].Parent = categories[c.ParentId!.Value];
        var products = shop.Products.ToDictionary(p => p.Id, p => new StoredProduct
        {
            Category = categories[p.CategoryId],
            Sku = p.Sku,
            Name = p.Name,
            Price = p.Price,
            Currency = p.Currency,
        });
        var tags = shop.Tags.ToDictionary(t => t.Id, t => new StoredTag { Name = t.Name });
        var customers = shop.Customers.ToDictionary(c => c.Id, c => new StoredCustomer { Email = c.Email, Name = c.Name });
        var addresses = shop.Addresses.ToDictionary(a => a.Id, a => new StoredAddress { Label = a.Label, Street = a.Street });
        foreach (var a in shop.Addresses)
            customers[a.CustomerId].Addresses.Add(addresses[a.Id]);
        foreach (var o in shop.Orders)
        {
            customers[o.CustomerId].Orders.Add(new StoredOrder
            {
                No = o.No,
                Address = o.AddressId is { } address ? addresses[address] : null,
                Placed = o.Placed,
                Lines =
                [
                    .. shop.Lines.Where(l => l.OrderId == o.Id)
                        .Select(l => new StoredLine { N = l.N, Product = products[l.ProductId], Quantity = l.Quantity }),
                ],
            });
        }
        Currencies = [.. shop.Currencies.Select(c => new StoredCurrency { Code = c.Code, Name = c.Name })];
        Categories = [.. categories.Values];
        Products = [.. products.Values];
        Tags = [.. tags.Values];
        ProductTags = [.. shop.ProductTags.Select(t => new StoredProductTag { Product = products[t.ProductId], Tag = tags[t.TagId] })];
        Customers = [.. customers.Values];
    }

    public IReadOnlyList<StoredCurrency> Currencies { get; }

    public IReadOnlyList<StoredCategory> Categories { get; }

    public IReadOnlyList<StoredProduct> Products { get; }

    public IReadOnlyList<StoredTag> Tags { get; }

    public IReadOnlyList<StoredProductTag> ProductTags { get; }

    /// <summary>With their addresses, their orders and the lines of those.</summary>
    public IReadOnlyList<StoredCustomer> Customers { get; }
}
