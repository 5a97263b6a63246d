using System.Globalization;
using System.Text.RegularExpressions;

namespace Exograph.ServerSide;

/// <summary>How many staged rows of a table break a rule.</summary>
public sealed partial record RejectCount
{
    /// <summary>Table they were staged for.</summary>
    public required IndexTable Table { get; init; }
    /// <summary>The rule, as <see cref="RejectedRow.Reason"/> has it.</summary>
    public required string Rule { get; init; }
    /// <summary>Rows that break it, and none before it.</summary>
    public required long Rows { get; init; }

    /// <summary>Takes them out of the message of <c>exograph.raise_rejects</c>, which Npgsql passes on: it withholds the detail.</summary>
    internal static IReadOnlyList<RejectCount> Parse(string message) =>
    [
        .. from m in Counts().Matches(message)
           let table = Names<IndexTable>.Find(m.Groups["table"].Value)
           where table is not null
           select new RejectCount
        {
            Table = table.Value,
            Rule = m.Groups["rule"].Value,
            Rows = long.Parse(m.Groups["rows"].ValueSpan, CultureInfo.InvariantCulture),
        },
    ];

    [GeneratedRegex("(?<table>[a-z_]+): (?<rows>[0-9]+) with (?<rule>[^;]+)")]
    private static partial Regex Counts();
}
