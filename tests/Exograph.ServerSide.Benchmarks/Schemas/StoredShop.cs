namespace Exograph.ServerSide.Benchmarks.Schemas;

internal sealed class StoredCurrency
{
    public required string Code { get; set; }

    public required string Name { get; set; }
}

internal sealed class StoredCategory
{
    public int Id { get; set; }

    public int? ParentId { get; set; }

    public required string Name { get; set; }
}

internal sealed class StoredProduct
{
    public int Id { get; set; }

    public int CategoryId { get; set; }

    public required string Sku { get; set; }

    public required string Name { get; set; }

    public decimal Price { get; set; }

    public required string Currency { get; set; }
}

internal sealed class StoredTag
{
    public int Id { get; set; }

    public required string Name { get; set; }
}

internal sealed class StoredProductTag
{
    public int ProductId { get; set; }

    public int TagId { get; set; }
}

internal sealed class StoredCustomer
{
    public long Id { get; set; }

    public required string Email { get; set; }

    public required string Name { get; set; }

    public int? DefaultAddressId { get; set; }
}

internal sealed class StoredAddress
{
    public int Id { get; set; }

    public long CustomerId { get; set; }

    public required string Label { get; set; }

    public required string Street { get; set; }
}

internal sealed class StoredOrder
{
    public int Id { get; set; }

    public required string No { get; set; }

    public long CustomerId { get; set; }

    public int? AddressId { get; set; }

    public DateOnly Placed { get; set; }
}

internal sealed class StoredLine
{
    public int OrderId { get; set; }

    public int N { get; set; }

    public int ProductId { get; set; }

    public int Quantity { get; set; }
}
