using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>A row without its number: what it says itself, which no other row of a shop does, and the same of its parents.</summary>
internal sealed record NaturalRow(string Table, string Own, string Parents)
{
    private const string Stored = """
        SELECT 'currency', concat_ws('|', code, name), '' FROM shop.currency
        UNION ALL
        SELECT 'category', c.name, coalesce(p.name, '-') FROM shop.category c LEFT JOIN shop.category p ON p.id = c.parent_id
        UNION ALL
        SELECT 'product', concat_ws('|', p.sku, p.name, p.price), concat_ws('|', c.name, p.currency)
        FROM shop.product p JOIN shop.category c ON c.id = p.category_id
        UNION ALL
        SELECT 'tag', name, '' FROM shop.tag
        UNION ALL
        SELECT 'product_tag', '', concat_ws('|', p.sku, t.name)
        FROM shop.product_tag x JOIN shop.product p ON p.id = x.product_id JOIN shop.tag t ON t.id = x.tag_id
        UNION ALL
        SELECT 'customer', concat_ws('|', email, name), '' FROM shop.customer
        UNION ALL
        SELECT 'address', concat_ws('|', a.label, a.street), c.email FROM shop.address a JOIN shop.customer c ON c.id = a.customer_id
        UNION ALL
        SELECT 'order', o.no, concat_ws('|', c.email, coalesce(a.street, '-'))
        FROM shop."order" o JOIN shop.customer c ON c.id = o.customer_id LEFT JOIN shop.address a ON a.id = o.address_id
        UNION ALL
        SELECT 'line', concat_ws('|', l.n, l.quantity), concat_ws('|', o.no, p.sku)
        FROM shop.line l JOIN shop."order" o ON o.id = l.order_id JOIN shop.product p ON p.id = l.product_id
        """;

    /// <summary>The rows of a shop, by its own numbers.</summary>
    public static IEnumerable<NaturalRow> Of(Shop shop)
    {
        var categories = shop.Categories.ToDictionary(c => c.Id, c => c.Name);
        var products = shop.Products.ToDictionary(p => p.Id, p => p.Sku);
        var tags = shop.Tags.ToDictionary(t => t.Id, t => t.Name);
        var customers = shop.Customers.ToDictionary(c => c.Id, c => c.Email);
        var addresses = shop.Addresses.ToDictionary(a => a.Id, a => a.Street);
        var orders = shop.Orders.ToDictionary(o => o.Id, o => o.No);
        return
        [
            .. shop.Currencies.Select(c => new NaturalRow("currency", $"{c.Code}|{c.Name}", "")),
            .. shop.Categories.Select(c => new NaturalRow("category", c.Name, c.ParentId is { } parent ? categories[parent] : "-")),
            .. shop.Products.Select(p => new NaturalRow(
                "product", string.Create(CultureInfo.InvariantCulture, $"{p.Sku}|{p.Name}|{p.Price:F2}"),
                $"{categories[p.CategoryId]}|{p.Currency}")),
            .. shop.Tags.Select(t => new NaturalRow("tag", t.Name, "")),
            .. shop.ProductTags.Select(t => new NaturalRow("product_tag", "", $"{products[t.ProductId]}|{tags[t.TagId]}")),
            .. shop.Customers.Select(c => new NaturalRow("customer", $"{c.Email}|{c.Name}", "")),
            .. shop.Addresses.Select(a => new NaturalRow("address", $"{a.Label}|{a.Street}", customers[a.CustomerId])),
            .. shop.Orders.Select(o => new NaturalRow(
                "order", o.No, $"{customers[o.CustomerId]}|{(o.AddressId is { } address ? addresses[address] : "-")}")),
            .. shop.Lines.Select(l => new NaturalRow("line", $"{l.N}|{l.Quantity}", $"{orders[l.OrderId]}|{products[l.ProductId]}")),
        ];
    }

    /// <summary>The rows that the database holds.</summary>
    public static Task<IReadOnlyList<NaturalRow>> StoredAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        database.QueryAsync(Stored, r => new NaturalRow(r.GetString(0), r.GetString(1), r.GetString(2)), cancellationToken);
}
