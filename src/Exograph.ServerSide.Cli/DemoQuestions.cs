using Npgsql;

namespace Exograph.ServerSide.Cli;

/// <summary>What people ask an index of source code, each with the SQL that answers it.</summary>
internal static class DemoQuestions
{
    private const string MostCalled = """
        SELECT callee_qualified_name, count(*) AS calls, count(DISTINCT caller_node_id) AS callers
        FROM exograph.call_edges GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10
        """;

    private const string Favourite = """
        SELECT n.name, n.qualified_name
        FROM exograph.call_edges e
        JOIN exograph.graph_nodes n ON n.id = e.callee_node_id
        WHERE EXISTS (SELECT FROM exograph.definitions d WHERE d.qualified_name = n.qualified_name)
        GROUP BY 1, 2 ORDER BY count(*) DESC, 2 LIMIT 1
        """;

    private const string WhereDefined = """
        SELECT d.kind, d.qualified_name, f.path, d.line
        FROM exograph.definitions d JOIN exograph.files f ON f.id = d.file_id
        WHERE d.name = $1 ORDER BY 2, 3, 4 LIMIT 10
        """;

    private const string WhoCalls = """
        SELECT e.caller_qualified_name, f.path, e.line
        FROM exograph.call_edges e LEFT JOIN exograph.files f ON f.id = e.file_id
        WHERE e.callee_qualified_name = $1 ORDER BY 1, 2, 3 LIMIT 10
        """;

    private const string Duplicates = """
        SELECT max(g.mass) AS mass, count(*) AS copies,
               min(f.path || ':' || g.line) AS one, max(f.path || ':' || g.line) AS another
        FROM exograph.fragments g JOIN exograph.files f ON f.id = g.file_id
        WHERE g.exact_hash IS NOT NULL
        GROUP BY g.exact_hash HAVING count(*) > 1 ORDER BY 1 DESC, 2 DESC, 3 LIMIT 10
        """;

    public static async Task AskAsync(Database database, CliContext context, ResultWriter results, CancellationToken cancellationToken)
    {
        var (dataSource, output) = (database.DataSource, context.Output);
        await AskAsync("Which functions are called most?", MostCalled, parameter: null);
        var favourite = await ReadAsync(dataSource, Favourite, parameter: null, cancellationToken);
        if (favourite.Rows is [[string name, string qualifiedName]])
        {
            await AskAsync($"Where is {name} defined?", WhereDefined, name);
            await AskAsync($"Who calls {qualifiedName}?", WhoCalls, qualifiedName);
        }
        await AskAsync("Which are the largest pieces of code that occur more than once?", Duplicates, parameter: null);
        if (favourite.Rows is [[_, string called]])
        {
            output.WriteLine();
            output.WriteLine("The command asks without SQL, and shows the source:");
            output.WriteLine($"    exograph-load find callers '{called}' --context 1 --limit 3");
            await new AnswerView(context, results, database.Client.Questions, "callers", limit: null).WriteAsync(
                database.Client.Questions.CallersAsync(called, page: new() { Limit = 3 }, cancellationToken: cancellationToken),
                AnswerTable.Calls, lines: 1, cancellationToken);
        }

        async Task AskAsync(string question, string query, string? parameter)
        {
            output.WriteLine();
            output.WriteLine(question);
            foreach (var line in query.Split('\n'))
                output.WriteLine($"    {line.Replace("$1", $"'{parameter?.Replace("'", "''")}'")}");
            var (columns, rows) = await ReadAsync(dataSource, query, parameter, cancellationToken);
            TextTable.Write(output, columns, rows);
        }
    }

    private static async Task<(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows)> ReadAsync(
        NpgsqlDataSource dataSource, string query, string? parameter, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(query);
        if (parameter is not null)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = await reader.IsDBNullAsync(i, cancellationToken) ? null : reader.GetValue(i);
            rows.Add(row);
        }
        return ([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)], rows);
    }
}
