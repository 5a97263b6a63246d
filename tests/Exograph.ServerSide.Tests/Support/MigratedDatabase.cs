using Xunit;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>A database that the tests of a class share, for tests that leave nothing in the index.</summary>
public sealed class MigratedDatabase : IAsyncLifetime
{
    internal TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();
}
