namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>Small shops, numbered from 1 by their own databases.</summary>
internal static class TwoShops
{
    private static readonly DateOnly s_placed = new(2024, 1, 1);

    /// <summary>The shop that takes the rows.</summary>
    public static Shop Ours { get; } = new()
    {
        Currencies = [new("EUR", "Euro"), new("USD", "Dollar")],
        Categories = [new(1, null, "Food"), new(2, 1, "Fruit"), new(3, null, "Toys")],
        Products =
        [
            new(1, 2, "A1", "Apple", 1, "EUR"), new(2, 3, "B1", "Ball", 2, "EUR"), new(3, 2, "P1", "Pear", 3, "USD"),
        ],
        Tags = [new(1, "new"), new(2, "old")],
        ProductTags = [new(1, 1), new(2, 2), new(3, 1)],
        Customers = [new(1, "ann@x.org", "Ann", null), new(2, "bob@x.org", "Bob", null), new(3, "eve@x.org", "Eve", null)],
        Addresses = [new(1, 1, "home", "Ann street"), new(2, 2, "home", "Bob street"), new(3, 3, "home", "Eve street")],
        Orders = [new(1, "a-1", 1, 1, s_placed), new(2, "a-2", 2, 2, s_placed), new(3, "a-3", 3, null, s_placed)],
        Lines = [new(1, 1, 1, 10), new(1, 2, 2, 11), new(2, 1, 3, 12), new(3, 1, 1, 13)],
    };

    /// <summary>Another shop that has nothing in common with ours.</summary>
    public static Shop Apart { get; } = new()
    {
        Currencies = [new("CHF", "Franc")],
        Categories = [new(1, null, "Books"), new(2, 1, "Novels"), new(3, 2, "Crime"), new(4, null, "Tools")],
        Products =
        [
            new(1, 4, "H1", "Hammer", 4, "CHF"), new(2, 3, "N1", "Noir", 5, "CHF"), new(3, 2, "S1", "Saga", 6, "CHF"),
            new(4, 4, "T1", "Tongs", 7, "CHF"),
        ],
        Tags = [new(1, "heavy"), new(2, "light"), new(3, "rare")],
        ProductTags = [new(1, 1), new(2, 2), new(3, 3), new(4, 1)],
        Customers =
        [
            new(1, "cy@x.org", "Cy", null), new(2, "dan@x.org", "Dan", null),
            new(3, "fay@x.org", "Fay", null), new(4, "gus@x.org", "Gus", null),
        ],
        Addresses =
        [
            new(1, 3, "work", "Fay street"), new(2, 1, "work", "Cy street"),
            new(3, 4, "work", "Gus street"), new(4, 2, "work", "Dan street"),
        ],
        Orders =
        [
            new(1, "b-1", 2, 4, s_placed), new(2, "b-2", 1, 2, s_placed),
            new(3, "b-3", 4, null, s_placed), new(4, "b-4", 3, 1, s_placed),
        ],
        Lines = [new(1, 1, 4, 20), new(2, 1, 1, 21), new(2, 2, 3, 22), new(3, 1, 2, 23), new(4, 1, 1, 24)],
    };

    /// <summary>Another shop of which some rows are ours under other numbers: toys, fruit, the apple, Bob and his order.</summary>
    public static Shop Overlapping { get; } = new()
    {
        Currencies = [new("CHF", "Franc"), new("EUR", "Euro"), new("USD", "Dollar")],
        Categories = [new(1, null, "Toys"), new(2, 1, "Balls"), new(3, null, "Food"), new(4, 3, "Fruit"), new(5, 4, "Citrus")],
        Products =
        [
            new(1, 2, "H1", "Handball", 4, "CHF"), new(2, 4, "A1", "Apple", 1, "EUR"), new(3, 5, "L1", "Lemon", 6, "CHF"),
            new(4, 4, "P1", "Pear", 3, "USD"),
        ],
        Tags = [new(1, "old"), new(2, "sour"), new(3, "new")],
        ProductTags = [new(1, 1), new(2, 3), new(3, 2), new(4, 2)],
        Customers =
        [
            new(1, "cy@x.org", "Cy", null), new(2, "dan@x.org", "Dan", null),
            new(3, "bob@x.org", "Bob", null), new(4, "gus@x.org", "Gus", null),
        ],
        Addresses =
        [
            new(1, 3, "home", "Bob street"), new(2, 1, "work", "Cy street"),
            new(3, 4, "work", "Gus street"), new(4, 2, "work", "Dan street"),
        ],
        Orders =
        [
            new(1, "b-1", 2, 4, s_placed), new(2, "b-2", 1, 2, s_placed),
            new(3, "b-3", 4, null, s_placed), new(4, "a-2", 3, 1, s_placed),
        ],
        Lines = [new(1, 1, 3, 20), new(2, 1, 1, 21), new(2, 2, 2, 22), new(3, 1, 2, 23), new(4, 1, 4, 12)],
    };

    /// <summary>The shop that has nothing in common with ours, numbered from 101.</summary>
    public static Shop Global { get; } = new()
    {
        Currencies = Apart.Currencies,
        Categories = [.. Apart.Categories.Select(c => c with { Id = c.Id + 100, ParentId = c.ParentId + 100 })],
        Products = [.. Apart.Products.Select(p => p with { Id = p.Id + 100, CategoryId = p.CategoryId + 100 })],
        Tags = [.. Apart.Tags.Select(t => t with { Id = t.Id + 100 })],
        ProductTags = [.. Apart.ProductTags.Select(t => new ProductTag(t.ProductId + 100, t.TagId + 100))],
        Customers = [.. Apart.Customers.Select(c => c with { Id = c.Id + 100 })],
        Addresses = [.. Apart.Addresses.Select(a => a with { Id = a.Id + 100, CustomerId = a.CustomerId + 100 })],
        Orders =
        [
            .. Apart.Orders.Select(o => o with { Id = o.Id + 100, CustomerId = o.CustomerId + 100, AddressId = o.AddressId + 100 }),
        ],
        Lines = [.. Apart.Lines.Select(l => l with { OrderId = l.OrderId + 100, ProductId = l.ProductId + 100 })],
    };
}
