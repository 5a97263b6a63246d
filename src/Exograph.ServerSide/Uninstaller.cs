using Npgsql;

namespace Exograph.ServerSide;

/// <summary>Takes Exograph out of a database, in one transaction.</summary>
internal static class Uninstaller
{
    /// <summary>As one script for psql.</summary>
    public static string Print(bool force) => $"""
        -- Run it with psql: psql --dbname=... --file=this-file
        \set ON_ERROR_STOP on
        \set QUIET on
        {string.Concat(Begin(force).Select(s => s + ";\n"))}
        {MigrationScripts.Uninstall}
        COMMIT;

        """;

    /// <returns>What the server says of what went and what stays.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource dataSource, bool force, CancellationToken cancellationToken)
    {
        var said = new List<string>();
        var connection = await ServerCall.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            void Hear(object sender, NpgsqlNoticeEventArgs e) => said.Add(e.Notice.MessageText);
            connection.Notice += Hear;
            foreach (var statement in (string[])[.. Begin(force), MigrationScripts.Uninstall, "COMMIT"])
            {
                var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
                await using (command.ConfigureAwait(false))
                    await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            connection.Notice -= Hear;
        }
        return said;
    }

    private static string[] Begin(bool force) =>
    [
        "BEGIN ISOLATION LEVEL READ COMMITTED", ServerCall.PinPath, $"SET LOCAL exograph.force = {(force ? "on" : "off")}",
    ];
}
