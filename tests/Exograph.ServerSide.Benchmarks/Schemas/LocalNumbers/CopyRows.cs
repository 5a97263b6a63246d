using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>COPY of each table into the table, parents first.</summary>
internal sealed class CopyRows : IShopContender
{
    public string Name => "COPY of each table";

    public async Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ShopStaging.CopyAsync(connection, "shop", shop, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
