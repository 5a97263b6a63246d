using System.Text.RegularExpressions;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;

/// <summary>What became of our rows and of those that only the other shop has, beside the merge of both.</summary>
internal sealed partial record Outcome
{
    /// <summary>New rows that are there and belong where they belonged.</summary>
    public required int Right { get; init; }

    /// <summary>New rows that are there and belong to another parent.</summary>
    public required int Astray { get; init; }

    /// <summary>New rows that are not there.</summary>
    public required int Lost { get; init; }

    /// <summary>Rows of ours that are there no more.</summary>
    public required int Overwritten { get; init; }

    /// <summary>Rows of ours that belong to another parent than before.</summary>
    public required int Moved { get; init; }

    /// <summary>Rows that neither shop has.</summary>
    public required int TooMany { get; init; }

    /// <summary>Sequences that draw a number which a row has: an INSERT fails by it.</summary>
    public required int SequencesBehind { get; init; }

    /// <summary>The error by which the program ended, if any.</summary>
    public required string? Error { get; init; }

    public bool IsRight => Error is null && (Astray, Lost, Overwritten, Moved, TooMany, SequencesBehind) == default;

    /// <summary>Whether our rows are as they were, and no other is there.</summary>
    private bool IsUntouched => (Right, Astray, Overwritten, Moved, TooMany) == default;

    /// <summary>Compares what is stored with the two shops, by what rows say and belong to.</summary>
    public static Outcome Of(Shop ours, Shop other, IEnumerable<NaturalRow> stored, int sequencesBehind, Exception? error)
    {
        List<NaturalRow> left = [.. stored];
        List<NaturalRow> old = [.. NaturalRow.Of(ours)];
        List<NaturalRow> added = [.. NaturalRow.Of(other).Except(old)];
        old.RemoveAll(left.Remove);
        var right = added.RemoveAll(left.Remove);
        var moved = old.RemoveAll(IsElsewhere);
        var astray = added.RemoveAll(IsElsewhere);
        return new Outcome
        {
            Right = right,
            Astray = astray,
            Lost = added.Count,
            Overwritten = old.Count,
            Moved = moved,
            TooMany = left.Count,
            SequencesBehind = sequencesBehind,
            Error = error is null ? null : Describe(error),
        };

        bool IsElsewhere(NaturalRow row) =>
            left.FindIndex(l => l.Table == row.Table && l.Own == row.Own) is var at and >= 0 && left.Remove(left[at]);
    }

    public override string ToString()
    {
        if (IsRight)
            return FormattableString.Invariant($"all {Right} right");
        (int Count, string What)[] counts =
        [
            (Right, "right"), (Astray, "astray"), (Lost, "lost"), (Overwritten, "of ours overwritten"), (Moved, "of ours moved"),
            (TooMany, "too many"), (SequencesBehind, "sequences behind"),
        ];
        var said = string.Join(", ", counts.Where(c => c.Count > 0).Select(c => FormattableString.Invariant($"{c.Count} {c.What}")));
        return Error is null ? said : $"{(IsUntouched ? "nothing" : said)}: {Error}";
    }

    private static string Describe(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is PostgresException server)
            {
                var key = Key().Match(server.Detail ?? "").Groups[1].Value;
                return $"{server.SqlState} {server.ConstraintName ?? server.MessageText} {key}".TrimEnd();
            }
        }
        return $"{error.GetType().Name}: {error.Message.Split('\n')[0]}";
    }

    /// <summary>What a violated constraint says of the row: (customer_id)=(0).</summary>
    [GeneratedRegex(@"^Key (\(.*\)=\(.*\)) ")]
    private static partial Regex Key();
}
