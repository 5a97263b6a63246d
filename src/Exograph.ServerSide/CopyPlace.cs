using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>What an error of COPY says of its place.</summary>
internal static partial class CopyPlace
{
    /// <summary>Line of the input, which is the row, and column; null where it says neither.</summary>
    public static (long? Line, string? Column) Of(PostgresException e)
    {
        var place = Context().Match(e.Where ?? "");
        return (place.Success ? long.Parse(place.Groups["line"].ValueSpan, CultureInfo.InvariantCulture) : null,
            place.Groups["column"] is { Success: true } column ? column.Value : null);
    }

    [GeneratedRegex(@"^COPY .+?, line (?<line>\d+)(, column (?<column>[^:\r\n]+))?", RegexOptions.Multiline)]
    private static partial Regex Context();
}
