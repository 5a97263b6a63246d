using System.Text.RegularExpressions;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>What a question reads.</summary>
internal enum QuestionKind
{
    /// <summary>The rows of one name, file or hash.</summary>
    LookUp,

    /// <summary>What holds some terms, or a text.</summary>
    Search,

    /// <summary>From row to row.</summary>
    Traversal,

    /// <summary>All of a table.</summary>
    Aggregate,

    /// <summary>What a function of <c>exograph_find</c> answers.</summary>
    Find,
}

/// <summary>A question to the index, put several times with other arguments.</summary>
internal sealed partial record Question
{
    public required QuestionKind Kind { get; init; }

    /// <summary>What it asks, in words.</summary>
    public required string Name { get; init; }

    /// <summary>The query; $1 and so on stand for the arguments.</summary>
    public required string Sql { get; init; }

    /// <summary>The query as DuckDB is asked it best; null where it is the same.</summary>
    public string? DuckDbSql { get; init; }

    /// <summary>Whether it is put to an index that has those for searching texts and for similar fragments.</summary>
    public bool NeedsTextIndexes { get; init; }

    /// <summary>Asks our index for arguments, a row for each time that the question is put; null where it has none.</summary>
    public string? Arguments { get; init; }

    /// <summary>The query of either database, with arguments in it.</summary>
    public (string Ours, string DuckDb) With(IReadOnlyList<string> arguments) =>
        (Fill(Sql, arguments), Fill(DuckDbSql ?? Sql, arguments));

    private static string Fill(string sql, IReadOnlyList<string> arguments) => Placeholder().Replace(
        sql, m => $"'{arguments[m.Groups[1].Value[0] - '1'].Replace("'", "''", StringComparison.Ordinal)}'");

    [GeneratedRegex(@"\$([1-9])")]
    private static partial Regex Placeholder();
}
