namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>The rows of a shop as a library reads them: an object each, with the number that the row has there.</summary>
internal sealed class StoredRows(Shop shop)
{
    public IReadOnlyList<StoredCurrency> Currencies { get; } =
        [.. shop.Currencies.Select(c => new StoredCurrency { Code = c.Code, Name = c.Name })];

    public IReadOnlyList<StoredCategory> Categories { get; } =
        [.. shop.Categories.Select(c => new StoredCategory { Id = c.Id, ParentId = c.ParentId, Name = c.Name })];

    public IReadOnlyList<StoredProduct> Products { get; } =
    [
        .. shop.Products.Select(p => new StoredProduct
        {
            Id = p.Id,
            CategoryId = p.CategoryId,
            Sku = p.Sku,
            Name = p.Name,
            Price = p.Price,
            Currency = p.Currency,
        }),
    ];

    public IReadOnlyList<StoredTag> Tags { get; } = [.. shop.Tags.Select(t => new StoredTag { Id = t.Id, Name = t.Name })];

    public IReadOnlyList<StoredProductTag> ProductTags { get; } =
        [.. shop.ProductTags.Select(t => new StoredProductTag { ProductId = t.ProductId, TagId = t.TagId })];

    public IReadOnlyList<StoredCustomer> Customers { get; } =
        [.. shop.Customers.Select(c => new StoredCustomer { Id = c.Id, Email = c.Email, Name = c.Name })];

    public IReadOnlyList<StoredAddress> Addresses { get; } =
    [
        .. shop.Addresses.Select(a => new StoredAddress { Id = a.Id, CustomerId = a.CustomerId, Label = a.Label, Street = a.Street }),
    ];

    public IReadOnlyList<StoredOrder> Orders { get; } =
    [
        .. shop.Orders.Select(o => new StoredOrder
        {
            Id = o.Id,
            No = o.No,
            CustomerId = o.CustomerId,
            AddressId = o.AddressId,
            Placed = o.Placed,
        }),
    ];

    public IReadOnlyList<StoredLine> Lines { get; } =
    [
        .. shop.Lines.Select(l => new StoredLine { OrderId = l.OrderId, N = l.N, ProductId = l.ProductId, Quantity = l.Quantity }),
    ];
}
