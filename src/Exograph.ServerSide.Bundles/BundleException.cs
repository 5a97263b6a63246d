using System.Globalization;

namespace Exograph.ServerSide.Bundles;

/// <summary>A bundle does not keep to docs/bundle-format.md: the place, what was expected, what was found.</summary>
public sealed class BundleException : ExographException
{
    internal BundleException(string file, string problem, long? line = null, string? column = null, Exception? inner = null)
        : base(Describe(file, problem, line, column), inner)
    {
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>File, or bundle, at fault.</summary>
    public string File { get; }

    /// <summary>Line of the file, from 1; null where the file as a whole is at fault.</summary>
    public long? Line { get; }

    /// <summary>Column at fault; null where none is.</summary>
    public string? Column { get; }

    private static string Describe(string file, string problem, long? line, string? column) =>
        file
        + (line is null ? "" : string.Create(CultureInfo.InvariantCulture, $", line {line}"))
        + (column is null ? "" : $", column {column}")
        + $": {problem}";
}

/// <summary>A value that its column cannot take. The reader adds file, line and column.</summary>
internal sealed class BadValueException(string problem, string? column = null, Exception? inner = null)
    : Exception(problem, inner)
{
    public string? Column { get; } = column;

    public static BadValueException Expected(string expected, ReadOnlySpan<byte> found, string? column = null) =>
        new($"expected {expected}, found {Excerpt.Of(found)}", column);
}
