using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>The toolkit: it checks what comes in, and reads what the tables are like from the catalog.</summary>
internal sealed class PutSchema : IShopContender
{
    public string Name => "put_schema";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await ShopStaging.CopyAsync(connection, shop, cancellationToken);
        await ShopStaging.RunAsync(connection, "SELECT * FROM dup_select.put_schema('staged', 'shop')", cancellationToken);
    }
}
