using System.Globalization;
using Exograph.ServerSide.Bundles;

namespace Exograph.ServerSide.Cli;

/// <summary>Rejected rows as a person is told of them: where they come from, and what is wrong with them.</summary>
internal static class RejectLines
{
    /// <summary>Rows that are told one by one.</summary>
    private const int Most = 20;
    private const int LongestRow = 200;

    public static IReadOnlyList<string> Of(IEnumerable<PlacedReject> rejects) =>
        [.. rejects.Where(r => r.File is not null).Select(r => $"{r.File}, line {r.Line}: {r.Row.Reason}")];

    /// <param name="rejects">The rows that are known.</param>
    /// <param name="count">How many there are.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<PutReject> rejects, long count)
    {
        var lines = rejects.Take(Most).Select(r => $"{Place(r)}: {r.Rule}{(r.Detail is null ? "" : $": {r.Detail}")}").ToList();
        if (count > lines.Count)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"and {count - lines.Count:N0} more"));
        return lines;
    }

    /// <summary>Rows of another database have no lines: they are shown themselves.</summary>
    private static string Place(PutReject reject) => reject.Line is { } line
        ? $"{reject.File ?? reject.Table}, line {line}"
        : $"{reject.Table}, {TextTable.Crop(reject.Row, LongestRow)}";
}
