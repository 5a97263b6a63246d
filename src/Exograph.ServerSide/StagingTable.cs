using System.Text;

namespace Exograph.ServerSide;

/// <summary>A column of a temporary table that rows are staged in.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">Its type, as SQL.</param>
/// <param name="TypeName">The same as the catalog has it; null for text of whatever type.</param>
internal sealed record StagingColumn(string Name, string Type, string? TypeName)
{
    /// <summary>For a type that the server casts text to.</summary>
    public static StagingColumn OfText(string name) => new(name, "pg_catalog.text", null);
}

/// <summary>
/// A temporary table with the rows that are to be put into one of the target: no constraints, and a number for each row, which
/// tells where it came from. It is not called like the target, which a trigger may mean that does not name its schema.
/// </summary>
internal sealed class StagingTable
{
    private const string Prefix = "staged_";

    public StagingTable(TargetTable target, IReadOnlyList<StagingColumn> columns, bool hasLines)
    {
        Target = target;
        Columns = columns;
        Name = Encoding.UTF8.GetByteCount(target.Name) <= Identifier.Longest - Prefix.Length ? Prefix + target.Name : $"{Prefix}{target.Id}";
        Line = hasLines
            ? Identifier.Free("staged_line", columns.Select(c => c.Name).Concat(target.Columns.Select(c => c.Name)))
            : null;
    }

    public TargetTable Target { get; }

    public string Name { get; }

    /// <summary>Columns that rows come with.</summary>
    public IReadOnlyList<StagingColumn> Columns { get; }

    /// <summary>Name of the column that has the number of a row; null where there is none.</summary>
    public string? Line { get; }

    /// <summary>Rows staged so far.</summary>
    public long Rows { get; set; }

    /// <summary>Its name with its schema, as SQL.</summary>
    public string QualifiedName => $"pg_temp.{Identifier.Quote(Name)}";

    /// <summary>Makes it, until the transaction ends.</summary>
    /// <param name="counts">Whether rows number themselves, as they come.</param>
    public string CreateCommand(bool counts = false)
    {
        var columns = Columns.Select(c => $"{Identifier.Quote(c.Name)} {c.Type}");
        if (Line is { } line)
            columns = columns.Prepend($"{Identifier.Quote(line)} pg_catalog.int8{(counts ? " GENERATED ALWAYS AS IDENTITY" : "")}");
        return $"CREATE TEMPORARY TABLE {Identifier.Quote(Name)} (\n    {string.Join(",\n    ", columns)}\n) ON COMMIT DROP";
    }

    /// <summary>COPY of rows in the binary format: their numbers first, where they have some.</summary>
    public string CopyCommand()
    {
        var columns = Columns.Select(c => c.Name);
        if (Line is { } line)
            columns = columns.Prepend(line);
        return $"COPY {QualifiedName} ({string.Join(", ", columns.Select(Identifier.Quote))}) FROM STDIN (FORMAT BINARY)";
    }
}
