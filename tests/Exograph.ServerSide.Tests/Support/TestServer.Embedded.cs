using Exograph.EmbeddedPostgres;
using Npgsql;

namespace Exograph.ServerSide.Tests.Support;

internal static partial class TestServer
{
    private static async partial Task<NpgsqlConnectionStringBuilder> StartPrivateAsync()
    {
        var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions
        {
            ServerSettings = new Dictionary<string, string> { ["max_connections"] = "300" },
        });
        return new NpgsqlConnectionStringBuilder(server.ConnectionString);
    }
}
