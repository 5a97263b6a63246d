using Npgsql;
using Testcontainers.PostgreSql;

namespace Exograph.ServerSide.Tests.Support;

internal static partial class TestServer
{
    private static async partial Task<NpgsqlConnectionStringBuilder> StartPrivateAsync()
    {
        var version = Environment.GetEnvironmentVariable("EXOGRAPH_POSTGRES_VERSION") is { Length: > 0 } wanted ? wanted : "18";
        var container = new PostgreSqlBuilder()
            .WithImage($"postgres:{version}")
            .WithCommand("-c", "fsync=off", "-c", "max_connections=300")
            .Build();
        await container.StartAsync(); // the reaper removes it when this process has ended
        return new NpgsqlConnectionStringBuilder(container.GetConnectionString());
    }
}
