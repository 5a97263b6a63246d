namespace Exograph.ServerSide.Tests.Readme;

/// <summary>The example that docs/library.md shows, between the markers.</summary>
internal static class PutExample
{
    private sealed record Customer(int Id, string Email, string? Name);

    /// <returns>What keys of customers have become.</returns>
    public static async Task<Dictionary<int, int>> RunAsync(
        ExographClient client, string shop, IAsyncEnumerable<object?[]> orders, CancellationToken cancellationToken)
    {
        // README
        await using var put = await client.BeginPutAsync(shop, new PutOptions { KeepMaps = true }, cancellationToken);
        await put.StageAsync([new Customer(1, "ann@x.org", "Ann"), new Customer(2, "bob@x.org", null)], cancellationToken);
        await put.StageAsync("order", ["number", "customer_id"], orders, cancellationToken);
        var report = await put.PutAsync(cancellationToken);

        var ids = new Dictionary<int, int>();
        await foreach (var (old, id) in put.MapAsync<int, int>("customer", cancellationToken))
            ids.Add(old, id);
        // README
        return report.Tables.All(t => t.Rejected == 0) ? ids : [];
    }
}
