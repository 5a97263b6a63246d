using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Number of rows, or of the keys given for input rows, and the sum of their hashes.</summary>
internal readonly record struct HashSum(long Count, decimal Hash);

/// <summary>What a method answers: the sums over its keys, or the ids by input row, or, with neither, no keys at all.</summary>
internal sealed record Answer(HashSum? Keys = null, long[]? Ids = null);

/// <summary>Imports the rows over the connection.</summary>
internal delegate Task<Answer> Import(NpgsqlConnection connection, FlatRow[] rows, CancellationToken cancellationToken);

/// <summary>A way to import the input into the tables of a layout, and to have a key for each of its rows.</summary>
internal sealed record Method(string Id, string Name, Layout Layout, Import RunAsync)
{
    /// <summary>Made before the clock runs: views, triggers.</summary>
    public string Setup { get; init; } = "";

    /// <summary>By how many sizes the largest input of the method is below the largest of all.</summary>
    public int StepsDown { get; init; }

    /// <summary>An index that must have been scanned, or the method is not what it says.</summary>
    public string? Scans { get; init; }

    /// <summary>What the note says the method costs.</summary>
    public Formula? Formula { get; init; }

    public int Levels => Layout.Levels;

    public string FullName => string.Create(CultureInfo.InvariantCulture, $"{Id}, {Name}");
}

/// <summary>A cost formula of the note, for n input rows with m distinct keys.</summary>
internal sealed record Formula(string Text, Func<double, double, double> Steps)
{
    public static Formula ColumnBased { get; } = new("13 n + m log m", (n, m) => 13 * n + m * Math.Log2(m));

    public static Formula Trigger { get; } = new("2 n + m log m", (n, m) => 2 * n + m * Math.Log2(m));

    public static Formula TriggerNormalization { get; } = new("2 n + m log m - m", (n, m) => 2 * n + m * Math.Log2(m) - m);

    public static Formula DupReturn { get; } = new("n + m log m", (n, m) => n + m * Math.Log2(m));
}
