using LinqToDB.Mapping;

namespace Exograph.ServerSide.Benchmarks.Schemas;

internal sealed class StoredCurrency
{
    [PrimaryKey]
    public required string Code { get; set; }

    public required string Name { get; set; }
}

internal sealed class StoredCategory
{
    [PrimaryKey, Identity]
    public int Id { get; set; }

    public int? ParentId { get; set; }

    public StoredCategory? Parent { get; set; }

    public required string Name { get; set; }
}

internal sealed class StoredProduct
{
    [PrimaryKey, Identity]
    public int Id { get; set; }

    public int CategoryId { get; set; }

    public StoredCategory? Category { get; set; }

    public required string Sku { get; set; }

    public required string Name { get; set; }

    public decimal Price { get; set; }

    public required string Currency { get; set; }
}

internal sealed class StoredTag
{
    [PrimaryKey, Identity]
    public int Id { get; set; }

    public required string Name { get; set; }
}

internal sealed class StoredProductTag
{
    [PrimaryKey(1)]
    public int ProductId { get; set; }

    public StoredProduct? Product { get; set; }

    [PrimaryKey(2)]
    public int TagId { get; set; }

    public StoredTag? Tag { get; set; }
}

internal sealed class StoredCustomer
{
    [PrimaryKey, Identity]
    public long Id { get; set; }

    public required string Email { get; set; }

    public required string Name { get; set; }

    public int? DefaultAddressId { get; set; }

    public List<StoredAddress> Addresses { get; set; } = [];

    public List<StoredOrder> Orders { get; set; } = [];
}

internal sealed class StoredAddress
{
    [PrimaryKey, Identity]
    public int Id { get; set; }

    public long CustomerId { get; set; }

    public StoredCustomer? Customer { get; set; }

    public required string Label { get; set; }

    public required string Street { get; set; }
}

internal sealed class StoredOrder
{
    [PrimaryKey, Identity]
    public int Id { get; set; }

    public required string No { get; set; }

    public long CustomerId { get; set; }

    public StoredCustomer? Customer { get; set; }

    public int? AddressId { get; set; }

    public StoredAddress? Address { get; set; }

    public DateOnly Placed { get; set; }

    public List<StoredLine> Lines { get; set; } = [];
}

internal sealed class StoredLine
{
    [PrimaryKey(1)]
    public int OrderId { get; set; }

    public StoredOrder? Order { get; set; }

    [PrimaryKey(2)]
    public int N { get; set; }

    public int ProductId { get; set; }

    public StoredProduct? Product { get; set; }

    public int Quantity { get; set; }
}
