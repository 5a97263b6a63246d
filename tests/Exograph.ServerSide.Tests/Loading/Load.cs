namespace Exograph.ServerSide.Tests.Loading;

/// <summary>A load driven by SQL alone.</summary>
internal sealed class Load
{
    private readonly Session _session;

    private Load(Session session, int id)
    {
        _session = session;
        Id = id;
    }

    public int Id { get; }

    public string Schema => $"exograph_load_{Id}";

    /// <summary>Begins a load; <paramref name="options"/> as in SQL: <c>on_reject => 'skip'</c>.</summary>
    public static async Task<Load> BeginAsync(Session session, string options = "") =>
        new(session, await session.ScalarAsync<int>($"SELECT exograph.begin_load('a test'{Append(options)})"));

    /// <summary>The same load through another session.</summary>
    public Load Through(Session session) => new(session, Id);

    public string Staged(string table) => $"{Schema}.staged_{table}";

    /// <summary>Stages rows: <c>(1, 'hex'), (2, 'npm')</c>, or the query that yields them.</summary>
    public Task StageAsync(string table, string columns, string rows, params object[] values)
    {
        var source = rows.StartsWith("SELECT", StringComparison.Ordinal) ? rows : "VALUES " + rows;
        return _session.ExecuteAsync($"INSERT INTO {Staged(table)} ({columns}) {source}", values);
    }

    public string FinalizeSql(string options = "") => $"CALL exograph.finalize_load({Id}{Append(options)})";

    public Task FinalizeAsync(string options = "") => _session.ExecuteAsync(FinalizeSql(options));

    /// <summary>What check_load lists: table and reason.</summary>
    public Task<string[]> CheckAsync() =>
        _session.RowsAsync($"SELECT table_name, reason FROM exograph.check_load({Id})");

    public Task<string> StateAsync() => _session.ScalarAsync<string>($"SELECT state FROM exograph.loads WHERE load_id = {Id}");

    /// <summary>The line of the report for a table.</summary>
    public async Task<Outcome> OutcomeAsync(string table)
    {
        var numbers = await _session.ScalarAsync<long[]>(
            $"""
            SELECT ARRAY[staged, inserted, existing, collapsed, rejected, conflicting]
            FROM exograph.load_report WHERE load_id = {Id} AND table_name = '{table}'
            """);
        return new Outcome(numbers[0])
        {
            Inserted = numbers[1],
            Existing = numbers[2],
            Collapsed = numbers[3],
            Rejected = numbers[4],
            Conflicting = numbers[5],
        };
    }

    private static string Append(string options) => options.Length == 0 ? "" : ", " + options;
}

/// <summary>What became of the staged rows of a table.</summary>
internal sealed record Outcome(long Staged)
{
    public long Inserted { get; init; }

    public long Existing { get; init; }

    public long Collapsed { get; init; }

    public long Rejected { get; init; }

    public long Conflicting { get; init; }
}
