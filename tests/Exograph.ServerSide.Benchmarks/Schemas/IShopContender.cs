using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas;

/// <summary>A way to put the rows of a shop into the tables of another, beside what is there.</summary>
internal interface IShopContender
{
    string Name { get; }

    /// <summary>Rows that exist are kept, others get new numbers, and what refers to them follows.</summary>
    Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken);
}
