using System.Runtime.CompilerServices;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>
/// Temporary files of the tests, data of private servers among them, lie in memory where there is plenty: half of the tests' time
/// went into cloning databases, and a clone takes 0.1 s there instead of 0.2.
/// </summary>
internal static class TemporaryFiles
{
    private const string Memory = "/dev/shm";
    private const long Plenty = 8L << 30;

    [ModuleInitializer]
    internal static void Place()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("TMPDIR") is null && IsFit())
            Environment.SetEnvironmentVariable("TMPDIR", Memory);
    }

    /// <summary>Tests run programs that they have written.</summary>
    private static bool IsFit() =>
        File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).LastOrDefault(m => m[1] == Memory) is [_, _, "tmpfs", var options, ..]
        && !options.Split(',').Contains("noexec") && new DriveInfo(Memory).AvailableFreeSpace > Plenty;
}
