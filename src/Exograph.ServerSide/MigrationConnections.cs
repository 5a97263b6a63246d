using DbUp.Engine.Transactions;
using DbUp.Postgresql;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Connections of the migrator's own to where the caller's data source leads: outside of any transaction of the caller, without
/// a timeout, and without the data source's logger, which would print every migration.
/// </summary>
internal sealed class MigrationConnections(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    : DatabaseConnectionManager(_ => Open(dataSource, cancellationToken))
{
    private readonly PostgresqlConnectionManager _splitter = new(dataSource);

    public override IEnumerable<string> SplitScriptIntoCommands(string scriptContents) =>
        _splitter.SplitScriptIntoCommands(scriptContents);

    private static NpgsqlConnection Open(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString)
        {
            CommandTimeout = 0,
            Enlist = false,
            Multiplexing = false,
            Pooling = false,
        };
        using var original = dataSource.CreateConnection();
        var connection = original.CloneWithAsync(settings.ConnectionString, cancellationToken).AsTask().GetAwaiter().GetResult();
        connection.OpenAsync(cancellationToken).GetAwaiter().GetResult();
        return connection;
    }
}
