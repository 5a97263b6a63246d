using Npgsql;

namespace Exograph.ServerSide.Web;

/// <summary>What the page shows of loads, and of the index as a whole.</summary>
internal sealed class Overview(ExographClient client)
{
    public const int MostRejects = 200;

    private const int MostLoads = 200;
    private const int MostPackages = 20;

    /// <summary>The database, its open loads, and the ledger from its end.</summary>
    public async Task<LoadsView> LoadsAsync(CancellationToken cancellationToken)
    {
        var open = await client.ListOpenLoadsAsync(cancellationToken).ConfigureAwait(false);
        var waits = await client.ListLockWaitsAsync(cancellationToken).ConfigureAwait(false);
        var place = await RowsAsync(
            "SELECT current_database(), split_part(current_setting('server_version'), ' ', 1), current_user, pg_is_in_recovery()",
            row => new Place(row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3)), [], cancellationToken).ConfigureAwait(false);
        var ledger = await RowsAsync($"""
            SELECT l.load_id, l.label, l.state, l.started_by, l.started_at, l.ended_at, t.inserted, t.staged, t.rejected, t.conflicting
            FROM exograph.loads l
            LEFT JOIN LATERAL (SELECT sum(t.inserted)::bigint, sum(t.staged)::bigint, sum(t.rejected)::bigint, sum(t.conflicting)::bigint
                               FROM exograph.load_tables t WHERE t.load_id = l.load_id) AS t (inserted, staged, rejected, conflicting) ON true
            ORDER BY l.load_id DESC LIMIT {MostLoads}
            """,
            row => new LedgerRow(
                row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetDateTime(4),
                row.IsDBNull(5) ? null : row.GetDateTime(5), Count(row, 6), Count(row, 7), Count(row, 8), Count(row, 9)),
            [], cancellationToken).ConfigureAwait(false);
        return new LoadsView(place[0], open, waits, ledger);
    }

    /// <summary>What became of a load and, while it is open, how far it is.</summary>
    public async Task<LoadView> LoadAsync(int number, CancellationToken cancellationToken)
    {
        var report = await client.GetLoadAsync(number, cancellationToken).ConfigureAwait(false);
        var open = report.State is LoadState.Open
            ? await client.ListOpenLoadsAsync(cancellationToken).ConfigureAwait(false)
            : [];
        return new LoadView(report, open.FirstOrDefault(l => l.LoadId == number));
    }

    /// <summary>What the doctor says, but for what it says of the session that asks, which cannot write.</summary>
    public async Task<IEnumerable<Advice>> DoctorAsync(CancellationToken cancellationToken) =>
        (await client.DoctorAsync(cancellationToken).ConfigureAwait(false)).Where(a => a.Subject != "setting default_transaction_read_only");

    /// <summary>The partitions of the fact tables.</summary>
    public Task<List<Partition>> PartitionsAsync(CancellationToken cancellationToken) => RowsAsync(
        "SELECT p.table_name, count(*), sum(p.estimated_rows)::bigint, sum(p.bytes)::bigint FROM exograph.fact_partitions p GROUP BY 1 ORDER BY 4 DESC, 1",
        row => new Partition(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), [], cancellationToken);

    /// <summary>The packages whose names begin with a text, each with its versions from the last loaded on.</summary>
    public Task<List<Package>> PackagesAsync(string? prefix, CancellationToken cancellationToken) => RowsAsync($"""
        SELECT p.ecosystem, p.name,
               ARRAY(SELECT v.version FROM exograph.package_versions v WHERE v.package_id = p.id ORDER BY v.id DESC LIMIT 100)
        FROM exograph.packages p
        WHERE starts_with(p.name, $1)
        ORDER BY p.name, p.ecosystem LIMIT {MostPackages}
        """,
        row => new Package(row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(2)), [new() { Value = prefix ?? "" }], cancellationToken);

    private async Task<List<T>> RowsAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, NpgsqlParameter[] arguments, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        var command = client.DataSource.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(arguments);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    rows.Add(read(reader));
            }
        }
        return rows;
    }

    private static long? Count(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    internal sealed record Place(string Database, string Server, string Role, bool IsStandby);

    internal sealed record LedgerRow(
        int LoadId, string Label, string State, string StartedBy, DateTime StartedAt, DateTime? EndedAt, long? Inserted, long? Staged,
        long? Rejected, long? Conflicting);

    internal sealed record LoadsView(
        Place Place, IReadOnlyList<OpenLoad> Open, IReadOnlyList<LockWait> Waits, IReadOnlyList<LedgerRow> Loads);

    internal sealed record LoadView(LoadReport Report, OpenLoad? Open);

    internal sealed record Partition(string Table, long Partitions, long Rows, long Bytes);

    internal sealed record Package(string Ecosystem, string Name, IReadOnlyList<string> Versions);
}
