using System.Globalization;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Staged facts that may exist, looked for in the index.</summary>
public sealed class ExistingFactTests : LoadingTest
{
    private const int Partitions = 12;
    private const int Facts = 10_000;
    private const int Files = 10;

    [Fact]
    public async Task Facts_of_files_that_exist_are_not_each_looked_for_in_each_partition()
    {
        for (var package = 1; package <= Partitions; package++)
            await LoadAsync(package, Files, $"generate_series(1, {Facts})");
        await Db.ExecuteAsync("ANALYZE");
        var before = await WorkAsync();

        var again = await LoadAsync(2, files: 1, $"generate_series(100, {Facts + 90}, {Files})");

        Assert.Equal(new Outcome(Facts / Files) { Inserted = 9, Existing = Facts / Files - 9 }, await again.OutcomeAsync("symbol_references"));
        Assert.InRange(await WorkAsync() - before, 0, Facts / 2);
    }

    private async Task<Load> LoadAsync(int package, int files, string lines)
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", $"(1, 'hex', 'p{package}')");
        await load.StageAsync("package_versions", "id, package_id, version", "(1, 1, '1.0')");
        await load.StageAsync("files", "id, package_version_id, path, source, sha256",
            Text($"SELECT n, 1, n || '.ex', '', sha256(('{package}/' || n)::bytea) FROM generate_series(1, {files}) n"));
        await load.StageAsync("symbol_references", "file_id, kind, name, qualified_name, line, col",
            Text($"SELECT 1 + l % {Files}, 'call', 'n', 'M.n', l, 1 FROM {lines} l"));
        await load.FinalizeAsync("partition_threshold => 0");
        return load;
    }

    /// <summary>How often an index of a partition of references was searched, and how many rows were read there.</summary>
    private async Task<long> WorkAsync()
    {
        await Db.ExecuteAsync("SELECT pg_stat_force_next_flush()");
        return await Db.ScalarAsync<long>(
            """
            SELECT sum(idx_scan + idx_tup_fetch + seq_tup_read)::bigint
            FROM pg_stat_user_tables
            WHERE schemaname = 'exograph' AND relname LIKE 'symbol\_references\_load\_%'
            """);
    }

    private static string Text(FormattableString sql) => sql.ToString(CultureInfo.InvariantCulture);
}
