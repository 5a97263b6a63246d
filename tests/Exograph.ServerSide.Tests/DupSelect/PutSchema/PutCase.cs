using System.Globalization;
using Exograph.ServerSide.Tests.Loading;
using Npgsql;

using Values = System.Collections.Generic.Dictionary<string, string?>;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;
/// <summary>A random schema with random rows in source and target. One seed makes one case.</summary>
internal sealed class PutCase
{
    private readonly IReadOnlyList<ShapeTable> _tables;
    private readonly Options _options;
    private readonly DataGenerator _data;
    private readonly int _seed;

    public PutCase(int seed)
    {
        var random = new Random(seed);
        _seed = seed;
        _tables = new ShapeGenerator(random).Make();
        _options = Options.Random(random);
        _data = new DataGenerator(random, _tables);
    }

    /// <summary>What makes it, to be run by hand.</summary>
    public string Script { get; private set; } = "";

    /// <summary>Differences between put_schema, the printed statements and the model. The session is left as it was.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(NpgsqlConnection connection)
    {
        await RunAsync("BEGIN");
        try
        {
            return await InTransactionAsync();
        }
        catch (PostgresException error)
        {
            return [$"{error.SqlState} {error.MessageText} {error.Detail} {error.Where}"];
        }
        finally
        {
            await RunAsync("ROLLBACK");
        }

        async Task<IReadOnlyList<string>> InTransactionAsync()
        {
            var create = string.Concat(_tables.Select(t => t.CreateTarget())) + string.Concat(_tables.Select(t => t.CreateLinks()))
                + string.Concat(_tables.Where(t => t.InSource).Select(t => t.CreateSource())) + _data.FillTarget();
            Script = $"CREATE SCHEMA src; CREATE SCHEMA dst;\n{create};\n";
            await RunAsync(Script);
            var before = Contents.Read(await TextAsync(Contents.Query(_tables)));
            var source = _data.FillSource(before);
            var fill = string.Concat(source.GroupBy(r => r.Table).Select(Insert));
            Script += $"{fill}-- seed {_seed}\nSELECT * FROM dup_select.put_schema({_options.Arguments(_tables)});\n";
            await RunAsync(fill + "SAVEPOINT filled");

            var expected = Contents.Copy(before);
            var model = new PutModel(_tables, _options, expected);
            var call = $"SELECT * FROM dup_select.put_schema({_options.Arguments(_tables)})";
            if (!_tables.Any(t => t.InSource))
                return await FailureAsync(call, "42P01");
            if (model.IsCircular)
                return await FailureAsync(call, "0A000");
            model.Run(source);
            if (model.RefusedBy is { } refused)
                return await FailureAsync(call, "23000", refused == 1 ? "1 row" : $"{refused} rows");
            model.Finish();

            var differences = new List<string>();
            await RunAsync(call);
            differences.AddRange(await CompareAsync("put_schema", model, expected, before));

            // One of the two: most of the time goes into planning.
            if (_seed % 2 == 0)
            {
                await RunAsync("ROLLBACK TO filled");
                await RunAsync(await TextAsync($"SELECT dup_select.put_schema_sql({_options.Arguments(_tables)})"));
                differences.AddRange(await CompareAsync("put_schema_sql", model, expected, before));
                return differences;
            }

            // Once more: what has a key is there now.
            var after = Contents.Read(await TextAsync(Contents.Query(_tables)));
            var again = Contents.Copy(after);
            var second = new PutModel(_tables, _options, again);
            second.Run(source);
            if (second.RefusedBy is null && differences.Count == 0)
            {
                second.Finish();
                await RunAsync(call);
                differences.AddRange(await CompareAsync("a second call", second, again, after));
            }
            return differences;
        }

        async Task<IReadOnlyList<string>> FailureAsync(string call, string state, string text = "")
        {
            try
            {
                await RunAsync(call);
            }
            catch (PostgresException error) when (error.SqlState == state && error.MessageText.StartsWith(text, StringComparison.Ordinal))
            {
                return [];
            }
            catch (PostgresException error)
            {
                return [$"expected {state} {text}, got {error.SqlState} {error.MessageText} {error.Detail} {error.Where}"];
            }
            return [$"expected {state} {text}"];
        }

        async Task<IEnumerable<string>> CompareAsync(
            string what, PutModel model, Dictionary<string, List<Values>> expected, IReadOnlyDictionary<string, List<Values>> before)
        {
            var actual = Contents.Read(await TextAsync(Contents.Query(_tables)));
            var report = await RowsAsync(
                "SELECT concat_ws(' ', table_name, rows_in, inserted, existing, updated, collapsed, conflicting, rejected) FROM pg_temp.put_report");
            var rejects = await RowsAsync("SELECT concat_ws('|', table_name, row_number, rule) FROM pg_temp.put_rejects");
            var wanted = model.Report.Values.Select(r =>
                $"{r.Table} {r.In} {r.Inserted} {r.Existing} {r.Updated} {r.Collapsed} {r.Conflicting} {r.Rejected}");
            var allowed = model.Rejects.SelectMany(r => r.Rules.Select(rule => $"{r.Table}|{r.Row}|{rule}")).ToHashSet();
            var missing = model.Rejects.Where(r => !rejects.Exists(a => r.Rules.Any(rule => a == $"{r.Table}|{r.Row}|{rule}")))
                .Select(r => $"{r.Table}|{r.Row}|{string.Join(" or ", r.Rules)}");
            return Different("report", wanted, report)
                .Concat(Different("contents", Contents.Describe(_tables, expected, before), Contents.Describe(_tables, actual, before)))
                .Concat(rejects.Where(r => !allowed.Contains(r)).Select(r => $"reject unexpected: {r}"))
                .Concat(missing.Select(r => $"reject missing: {r}"))
                .Select(d => $"{what}: {d}");
        }

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        async Task<string> TextAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return (string)(await command.ExecuteScalarAsync())!;
        }

        async Task<List<string>> RowsAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
                rows.Add(reader.GetString(0));
            return rows;
        }
    }

    private static string Insert(IGrouping<ShapeTable, SourceRow> rows)
    {
        var columns = rows.Key.SourceColumns.Select(c => Sql.Name(c.Name)).Concat(rows.Key.Ordered ? ["\"the order\""] : []);
        var values = rows.Select(r => r.Values.Values.Select(v => v is null ? "NULL" : Sql.Literal(v))
            .Concat(rows.Key.Ordered ? [r.Order.ToString(CultureInfo.InvariantCulture)] : []));
        return $"INSERT INTO src.{rows.Key.QuotedName} ({string.Join(", ", columns)}) VALUES\n"
            + $"{string.Join(",\n", values.Select(v => $"({string.Join(", ", v)})"))};\n";
    }

    private static IEnumerable<string> Different(string what, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (left, right) = (expected.ToList(), actual.ToList());
        foreach (var item in expected.Where(right.Contains).ToList())
        {
            if (right.Remove(item))
                left.Remove(item);
        }
        return left.Select(l => $"{what} expected: {l}").Concat(right.Select(r => $"{what} actual: {r}"));
    }
}
