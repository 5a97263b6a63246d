using Exograph.EmbeddedPostgres;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

internal static class PostmasterOf
{
    public static async Task<Postmaster?> Async(EmbeddedPostgresServer server) =>
        await Postmaster.ReadAsync(server.DataDirectory, await UnprivilegedUser.FindAsync(default), default);
}
