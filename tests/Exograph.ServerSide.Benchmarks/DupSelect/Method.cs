using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Number and sum of the keys a method gave back, one for each input row.</summary>
internal readonly record struct Keys(long Count, decimal Sum)
{
    public Keys With(long key) => new(Count + 1, Sum + key);
}

/// <summary>Which of the note's cost formulas a method has.</summary>
internal enum NoteCost
{
    None,
    ColumnBased,
    Trigger,
    TriggerNormalization,
    DupReturn,
}

/// <summary>A way to import the input into the tables of a layout, and to have a key for each of its rows.</summary>
internal sealed record Method
{
    /// <summary>The number in the list of methods, with a letter for each variant.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required Layout Layout { get; init; }

    /// <summary>Made before the clock runs: views, triggers.</summary>
    public string Setup { get; init; } = "";

    public required Func<NpgsqlConnection, FlatRow[], CancellationToken, Task<Keys?>> RunAsync { get; init; }

    /// <summary>The input is smaller by this factor.</summary>
    public int Divisor { get; init; } = 1;

    /// <summary>An index that must have been scanned, or the method is not what it says.</summary>
    public string? Scans { get; init; }

    public NoteCost Note { get; init; }

    public string FullName => string.Create(CultureInfo.InvariantCulture, $"{Id}, {Name}");

    /// <summary>A method that is one query, which returns number and sum of the keys.</summary>
    public static Func<NpgsqlConnection, FlatRow[], CancellationToken, Task<Keys?>> Query(string sql) =>
        async (connection, _, cancellationToken) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await Database.ReadKeysAsync(command, cancellationToken);
        };

    /// <summary>Rows sent by COPY into a view. COPY gives no keys back.</summary>
    public static Func<NpgsqlConnection, FlatRow[], CancellationToken, Task<Keys?>> Copy(string target, Func<FlatRow, string[]> values) =>
        async (connection, rows, cancellationToken) =>
        {
            await using var writer = await connection.BeginBinaryImportAsync($"COPY {target} FROM STDIN (FORMAT binary)", cancellationToken);
            foreach (var row in rows)
            {
                await writer.StartRowAsync(cancellationToken);
                foreach (var value in values(row))
                    await writer.WriteAsync(value, cancellationToken);
            }
            await writer.CompleteAsync(cancellationToken);
            return null;
        };
}
