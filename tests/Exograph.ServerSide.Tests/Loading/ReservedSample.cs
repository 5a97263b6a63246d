using System.Globalization;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>
/// Loads whose rows are numbered by reserved ids: as many rows of every dimension as asked for, each of the same ordinal, the
/// first 40 of a package p and those after of a package q, and facts that are final as they are staged.
/// </summary>
internal sealed class ReservedSample
{
    public const string AlwaysPartition = "partition_threshold => 0";

    private static readonly string[] s_dimensions = [.. Sample.Rows.Keys.Except(Sample.Facts)];

    private readonly Session _session;
    private readonly int _rows;
    private readonly Dictionary<string, long> _before = [];
    private int _shift;

    private ReservedSample(Session session, Load load, int rows)
    {
        _session = session;
        _rows = rows;
        Load = load;
    }

    public Load Load { get; }

    /// <summary>SQL for the package and the version of row n.</summary>
    private string Package =>
        $"{{packages}} + 1 + (n + {_shift} > 40)::integer, {{package_versions}} + 1 + (n + {_shift} > 40)::integer";

    /// <summary>Begins a load and stages the whole sample.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="options">As in SQL.</param>
    /// <param name="content">What the keys of files and terms begin with.</param>
    /// <param name="rows">Rows of each table.</param>
    /// <param name="from">Ordinal of the first.</param>
    public static async Task<ReservedSample> BeginAsync(
        Session session, string options = AlwaysPartition, string content = "a", int rows = 40, int from = 1)
    {
        var sample = await ReserveAsync(session, options, rows);
        await sample.StageDimensionsAsync(content, from);
        await sample.StageFactsAsync(1, rows, from);
        return sample;
    }

    /// <summary>Begins a load and reserves ids; nothing is staged.</summary>
    public static async Task<ReservedSample> ReserveAsync(Session session, string options = AlwaysPartition, int rows = 40)
    {
        var load = await Load.BeginAsync(session, $"ids => 'reserved', {options}");
        var sample = new ReservedSample(session, load, rows);
        foreach (var table in s_dimensions)
            sample._before[table] = await session.ScalarAsync<long>(
                $"SELECT first - 1 FROM exograph.reserve_ids({load.Id}, '{table}', {rows})");
        return sample;
    }

    /// <summary>The id reserved for the row of an ordinal, from 1.</summary>
    public long Id(string table, int ordinal) => _before[table] + ordinal;

    public async Task StageDimensionsAsync(string content = "a", int from = 1)
    {
        _shift = from - 1;
        var rows = $"FROM generate_series(1, {_rows}) n";
        for (var package = 1; package <= (_shift == 0 ? 1 : 2); package++)
        {
            await Load.StageAsync("packages", "id, ecosystem, name",
                $"({Id("packages", package)}, 'hex', '{"pq"[package - 1]}')");
            await Load.StageAsync("package_versions", "id, package_id, version",
                $"({Id("package_versions", package)}, {Id("packages", package)}, '1.0')");
        }
        await Load.StageAsync("files", "id, package_id, package_version_id, path, source, sha256",
            Text($"SELECT {{files}} + n, {Package}, '{content}' || n + {_shift}, '', "
                + $"sha256(('{content}' || n + {_shift})::bytea) {rows}"));
        await Load.StageAsync("terms", "id, term", Text($"SELECT {{terms}} + n, '{content}' || n + {_shift} {rows}"));
        await Load.StageAsync("fragments", "id, file_id, ast, kind, line, mass",
            Text($@"SELECT {{fragments}} + n, {{files}} + n, '\x', 'def', 1, 1 {rows}"));
        await Load.StageAsync("graph_nodes", "id, file_id, engine, kind, qualified_name",
            Text($"SELECT {{graph_nodes}} + n, {{files}} + n, 'static', 'function', 'q' {rows}"));
    }

    /// <summary>
    /// Stages a fact of each table for each of some ordinals, the first in line <paramref name="line"/>; terms as sets of one.
    /// </summary>
    public async Task StageFactsAsync(int first, int last, int line = 1)
    {
        await StageFactsOfFilesAsync(first, last, line);
        await Load.StageAsync("fragment_term_sets", "fragment_id, term_ids",
            Text($"SELECT {{fragments}} + n, ARRAY[{{terms}} + n] FROM generate_series({first}, {last}) n"));
    }

    /// <summary>The same without terms.</summary>
    public async Task StageFactsOfFilesAsync(int first, int last, int line = 1)
    {
        var rows = $"FROM generate_series({first}, {last}) n";
        var parents = $"{Package}, {{files}} + n, {{fragments}} + n";
        var at = $"n - {first} + {line}";
        await Load.StageAsync("comments", "package_id, package_version_id, file_id, fragment_id, text, line",
            Text($"SELECT {parents}, 'why', {at} {rows}"));
        foreach (var table in new[] { "definitions", "symbol_references" })
            await Load.StageAsync(table,
                "package_id, package_version_id, file_id, fragment_id, kind, name, qualified_name, line",
                Text($"SELECT {parents}, 'k', 'n', 'q', {at} {rows}"));
        await Load.StageAsync("call_edges",
            "package_id, package_version_id, file_id, call_site_fragment_id, caller_node_id, callee_node_id, "
            + "caller_qualified_name, callee_qualified_name, line, metadata",
            Text($"SELECT {parents}, {{graph_nodes}} + n, {{graph_nodes}} + n, 'q', 'q', {at}, '{{}}' {rows}"));
    }

    /// <summary>The staging table of a fact, terms as sets.</summary>
    public string Staged(string fact) => Load.Staged(Sample.TableOf(fact));

    /// <summary>The load's partition of a fact.</summary>
    public string Partition(string fact) => $"exograph.{Sample.TableOf(fact)}_load_{Load.Id}";

    /// <summary>Where the rows of a staged fact lie on disk.</summary>
    public Task<long> FileOfStagingAsync(string fact) => FileAsync(Staged(fact));

    /// <summary>Where the rows of the load's partition of a fact lie on disk.</summary>
    public Task<long> FileOfPartitionAsync(string fact) => FileAsync(Partition(fact));

    /// <summary>Path and reason as the report has them.</summary>
    public async Task<string> PathAsync(string table) => (await _session.RowsAsync(
        $"SELECT path, reason FROM exograph.load_report WHERE load_id = {Load.Id} AND table_name = '{table}'")).Single();

    private Task<long> FileAsync(string table) => _session.ScalarAsync<long>($"SELECT pg_relation_filenode('{table}')::bigint");

    /// <summary>SQL with the id before the first reserved one in place of each table's name in braces.</summary>
    private string Text(string sql) => _before.Aggregate(sql, (text, before) =>
        text.Replace($"{{{before.Key}}}", before.Value.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
}
