using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Waits;

/// <summary>When a load began, each of its phases, and its end.</summary>
internal sealed record Timeline(DateTime Began, IReadOnlyList<PhaseStart> Phases, DateTime Ended)
{
    private const string Gate = "close gate";

    public double Seconds => (Ended - Began).TotalSeconds;

    /// <summary>Seconds after the beginning when finalize asked for the gate, which it keeps until the end.</summary>
    public double GateCloses => (Phases.Single(p => p.Name == Gate).At - Began).TotalSeconds;

    public static async Task<Timeline> ReadAsync(
        NpgsqlDataSource dataSource, int loadId, DateTime began, DateTime ended, CancellationToken cancellationToken)
    {
        var phases = await dataSource.QueryAsync($"""
            SELECT concat_ws(' ', phase, table_name), started_at FROM exograph.load_phases
            WHERE load_id = {loadId} ORDER BY position
            """, r => new PhaseStart(r.GetString(0), r.GetDateTime(1)), cancellationToken);
        return new Timeline(began, [new PhaseStart("staging", began), .. phases], ended);
    }

    /// <summary>The phase at a moment.</summary>
    public string PhaseAt(DateTime moment) => moment >= Ended ? "after the load" : Phases.Last(p => p.At <= moment).Name;

    /// <summary>The seconds that a statement shares with each phase.</summary>
    public IEnumerable<(string Phase, double Seconds, double Shared)> Overlap(Statement statement)
    {
        for (var i = 0; i < Phases.Count; i++)
        {
            var (from, to) = (Phases[i].At, i + 1 < Phases.Count ? Phases[i + 1].At : Ended);
            var first = statement.Began > from ? statement.Began : from;
            var last = statement.Ended < to ? statement.Ended : to;
            yield return (Phases[i].Name, (to - from).TotalSeconds, Math.Max(0, (last - first).TotalSeconds));
        }
    }
}

/// <summary>A phase of a load and when it began.</summary>
internal sealed record PhaseStart(string Name, DateTime At);
