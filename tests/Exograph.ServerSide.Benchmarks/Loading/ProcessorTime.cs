using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>Processor time of processes with all that they have started, as Linux tells it in /proc. Elsewhere null.</summary>
internal static class ProcessorTime
{
    /// <summary>Linux counts in hundredths of a second here, whatever its clock.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of a process, its children that have ended and been waited for, and those that live.</summary>
    public static double? OfTree(int process)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var all = Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0).Select(Read).OfType<Entry>().ToList();
        var childrenOf = all.ToLookup(e => e.Parent);

        double Sum(Entry entry) => entry.Seconds + childrenOf[entry.Id].Sum(Sum);
        return all.Where(e => e.Id == process).Select(Sum).Cast<double?>().SingleOrDefault();
    }

    /// <summary>Of a server on this machine: backends, their workers, and those who write for them.</summary>
    public static async Task<double?> OfServerAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT pg_backend_pid()");
        var backend = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        return OperatingSystem.IsLinux() && Read(backend) is { } entry ? OfTree(entry.Parent) : null;
    }

    private static Entry? Read(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The name stands in brackets and may hold anything; utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
            return new Entry(id, int.Parse(fields[1], CultureInfo.InvariantCulture), ticks / TicksPerSecond);
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
    }

    private sealed record Entry(int Id, int Parent, double Seconds);
}
