namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>A statement that a session ran beside a load.</summary>
internal sealed record Statement(string Table, DateTime Began, TimeSpan Duration)
{
    public DateTime Ended => Began + Duration;

    /// <summary>The line of a table: how many there were, and milliseconds.</summary>
    public static string Row(string title, IEnumerable<Statement> statements)
    {
        var durations = statements.Select(s => s.Duration.TotalMilliseconds).Order().ToArray();
        return durations.Length == 0
            ? $"| {title} | 0 | | | |"
            : $"| {title} | {durations.Length:N0} | {At(durations, 0.5):F2} | {At(durations, 0.99):F2} | {durations[^1]:F2} |";
    }

    private static double At(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];
}
