using System.Diagnostics;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>Runs a program to its end.</summary>
internal static class ExternalProcess
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>What this very program is started by.</summary>
    public static IReadOnlyList<string> Self { get; } =
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
            ? [path]
            : ["dotnet", typeof(ExternalProcess).Assembly.Location];

    /// <summary>Runs a command line.</summary>
    /// <returns>Its standard output, and its peak memory as it was last seen.</returns>
    /// <exception cref="InvalidOperationException">It failed: with its standard error.</exception>
    public static async Task<(string Output, long PeakBytes)> RunAsync(
        IEnumerable<string> commandLine, CancellationToken cancellationToken)
    {
        var words = commandLine.ToList();
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(words[0], words.Skip(1))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var exit = process.WaitForExitAsync(cancellationToken);
            var peak = 0L;
            while (!exit.IsCompleted)
            {
                peak = Math.Max(peak, PeakOf(process));
                await Task.WhenAny(exit, Task.Delay(s_pollInterval, cancellationToken));
            }
            await exit;
            return process.ExitCode == 0
                ? (await output, peak)
                : throw new InvalidOperationException($"{words[0]} ended with exit code {process.ExitCode}: {await error}");
        }
        catch when (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static long PeakOf(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0; // it has just ended
        }
    }
}
