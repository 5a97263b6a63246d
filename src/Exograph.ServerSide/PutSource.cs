using System.Data;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>What is taken from another database.</summary>
public sealed record PutSourceOptions
{
    /// <summary>The schema; null for one that is called like the target.</summary>
    public string? Schema { get; init; }

    /// <summary>Tables of the target by the names that they have there, where these differ.</summary>
    public IReadOnlyDictionary<string, string> Tables { get; init; } = new Dictionary<string, string>();

    /// <summary>Tables that are left out, or columns as <c>table.column</c>, as they are called there.</summary>
    public IReadOnlyCollection<string> LeaveOut { get; init; } = [];
}

/// <summary>Stages the tables of another database: of all of them as of one moment, each by COPY from there to here.</summary>
internal static class PutSource
{
    /// <summary>
    /// As text everything prints alike, whatever the source is set to, and rows that a policy hides are an error instead of missing.
    /// </summary>
    private const string Settings = """
        SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
        SET LOCAL extra_float_digits = 1; SET LOCAL row_security = off; SET LOCAL client_encoding = 'UTF8'
        """;

    /// <returns>Tables that were left out.</returns>
    public static async Task<IReadOnlyList<string>> StageAsync(
        PutSession session, NpgsqlDataSource dataSource, PutSourceOptions options, CancellationToken cancellationToken)
    {
        var source = await ServerCall.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var begin = new NpgsqlCommand($"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {Settings}", source);
            await using (begin.ConfigureAwait(false))
                await begin.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            var schema = await TargetSchema.ReadAsync(source, options.Schema ?? session.Schema, cancellationToken).ConfigureAwait(false);
            var left = schema.Tables.Where(t => options.LeaveOut.Contains(t.Name)).ToList();
            Check(options, schema);
            // What is missing is told before anything is copied.
            var pairs = schema.Tables.Except(left).Select(t => (From: t, Into: Into(session, t, options))).ToList();
            foreach (var (from, into) in pairs)
            {
                var columns = from.Columns.Where(c => !options.LeaveOut.Contains($"{from.Name}.{c.Name}")).Select(c => from.Find(c.Name)!).ToList();
                if (columns.Find(c => into.Find(c.Read.Name) is null) is { } unknown)
                    throw Unknown(PutSession.NoColumn(into, unknown.Read.Name), $"{from.Name}.{unknown.Read.Name}", options);
                var staging = await session.CreateAsync(into, [.. columns.Select(Column)], hasLines: false, cancellationToken)
                    .ConfigureAwait(false);
                await session.PipeAsync(staging, source, Query(schema.Name, from, staging), cancellationToken).ConfigureAwait(false);
            }
            return [.. left.Select(t => t.Name)];
        }
    }

    private static StagingColumn Column(TargetColumn column) =>
        column.TypeName is { } name ? new StagingColumn(column.Read.Name, column.Type, name) : StagingColumn.OfText(column.Read.Name);

    private static string Query(string schema, TargetTable from, StagingTable staging)
    {
        var columns = staging.Columns.Select(c => $"({Identifier.Quote(c.Name)})::{c.Type}");
        return $"COPY (SELECT {string.Join(", ", columns)} FROM {Identifier.Quote(schema)}.{Identifier.Quote(from.Name)}) TO STDOUT (FORMAT BINARY)";
    }

    private static TargetTable Into(PutSession session, TargetTable from, PutSourceOptions options)
    {
        try
        {
            return session.Target.Get(options.Tables.GetValueOrDefault(from.Name, from.Name));
        }
        catch (PutException e)
        {
            throw Unknown(e, from.Name, options);
        }
    }

    private static PutException Unknown(PutException e, string name, PutSourceOptions options) =>
        new($"{options.Schema ?? "the source"}: {e.Message}", e)
        {
            SqlState = e.SqlState,
            TargetTable = e.TargetTable,
            Column = e.Column,
            Hint = $"{e.Hint} It can be left out: {name}.",
        };

    /// <summary>A name that nothing there has is a mistake.</summary>
    private static void Check(PutSourceOptions options, TargetSchema schema)
    {
        foreach (var name in options.Tables.Keys.Concat(options.LeaveOut))
        {
            if (schema.Find(name) is null && !schema.Tables.Any(t => t.Columns.Any(c => $"{t.Name}.{c.Name}" == name)))
                throw new PutException($"schema {schema.Name} of the source has no {name}") { Hint = $"It has {RowTable.List(schema.TableNames)}." };
        }
    }
}
