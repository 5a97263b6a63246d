using System.Globalization;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>How busy the machine is.</summary>
internal static class LoadAverage
{
    private const double Quiet = 0.5;

    /// <summary>Of the last minute; null where the system does not tell.</summary>
    public static double? Read() => OperatingSystem.IsLinux()
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : null;

    public static string Describe(double? load) => load switch
    {
        null => "The load average at the start is not known.",
        > Quiet => FormattableString.Invariant(
            $"**The load average at the start was {load:F2}: other work ran beside, and the seconds cannot be trusted.**"),
        _ => FormattableString.Invariant($"The load average at the start was {load:F2}."),
    };
}
