using System.Net;
using Exograph.ServerSide.Tests.Find;
using Exograph.ServerSide.Tests.Support;
using Exograph.ServerSide.Web;
using Xunit;

namespace Exograph.ServerSide.Tests.Web;

/// <summary>The index of <see cref="AskedDatabase"/>, on a page.</summary>
public sealed class ServedDatabase : IAsyncLifetime
{
    private readonly AskedDatabase _asked = new();
    private Served? _served;

    internal TestDatabase Database => _asked.Database;

    public long EvilFile => _asked.EvilFile;

    /// <summary>With the key.</summary>
    public Uri Address => _served!.Address;

    public async ValueTask InitializeAsync()
    {
        await _asked.InitializeAsync();
        _served = await Served.StartAsync(Database);
    }

    public async ValueTask DisposeAsync()
    {
        await _served!.DisposeAsync();
        await _asked.DisposeAsync();
    }
}

/// <summary>A database on a page, both gone when disposed.</summary>
internal sealed class Served(TestDatabase database, PageServer server) : IAsyncDisposable
{
    public TestDatabase Database => database;

    public Uri Address => server.Address;

    public static async Task<Served> StartAsync(TestDatabase database) =>
        new(database, await PageServer.StartAsync(database.Client, new IPEndPoint(IPAddress.Loopback, 0)));

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await database.DisposeAsync();
    }
}
