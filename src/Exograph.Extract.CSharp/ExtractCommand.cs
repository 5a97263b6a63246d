using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Exograph.Extract.CSharp;

/// <summary>The command line of <c>exograph-extract</c>.</summary>
public static class ExtractCommand
{
    private const int Failure = 1;
    private const int BadInput = 2;

    private static readonly Argument<string> s_folder = new("dir") { Description = "The folder to read." };
    private static readonly Option<string?> s_package = new("--package")
    {
        Description = "The one package of all files; without it each project file below the folder is a package.",
        HelpName = "name",
    };
    private static readonly Option<string?> s_version = new("--version")
    {
        Description = "The version of --package.",
        HelpName = "v",
    };
    private static readonly Option<string> s_ecosystem = new("--ecosystem")
    {
        Description = "The ecosystem of the packages.",
        HelpName = "name",
        DefaultValueFactory = _ => "nuget",
    };
    private static readonly Option<string> s_output = new("--output", "-o")
    {
        Description = "The directory of the bundle, or - for one NDJSON stream on standard output.",
        HelpName = "dir|-",
        Required = true,
    };
    private static readonly Option<int> s_minMass = new("--min-mass")
    {
        Description = "The least number of syntax nodes that makes a fragment of a statement or an expression.",
        HelpName = "nodes",
        DefaultValueFactory = _ => new ExtractOptions { Directory = "" }.MinMass,
    };
    private static readonly Option<string[]> s_define = new("--define")
    {
        Description = "A preprocessor symbol that is defined, besides those of the project; several with semicolons or options.",
        HelpName = "symbol[;..]",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string?> s_framework = new("--framework")
    {
        Description = "The target framework, such as net8.0, to read projects as that have it; else the newest of each.",
        HelpName = "TFM",
    };
    private static readonly Option<int> s_maxMemory = new("--max-memory")
    {
        Description = "MiB that files being parsed may take together, roughly; what takes more alone is stored without fragments.",
        HelpName = "MiB",
        DefaultValueFactory = _ => (int)(new ExtractOptions { Directory = "" }.MaxMemory >> 20),
    };
    private static readonly Option<bool> s_bySyntax = new("--by-syntax")
    {
        Description = "Resolve names by syntax alone, without the compiler: faster, and finds less.",
    };
    private static readonly Option<bool> s_gzip = new("--gzip") { Description = "Compress the files of the directory." };
    private static readonly Option<bool> s_force = new("--force")
    {
        Description = "Write into a directory that is not empty, and replace the bundle in it.",
    };
    private static readonly Option<bool> s_quiet = new("--quiet", "-q") { Description = "No progress and no warnings." };

    /// <summary>Runs the tool: 0 is success, 1 a failure or cancellation, 2 wrong usage or input.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken = default)
    {
        var parsed = Root().Parse(args);
        var console = new InvocationConfiguration
        {
            Output = new TerminalWriter(Console.Out),
            Error = new TerminalWriter(Console.Error),
            // Signals are taken by the command itself, before it makes its first file.
            ProcessTerminationTimeout = null,
        };
        var code = await parsed.InvokeAsync(console, cancellationToken).ConfigureAwait(false);
        return parsed.Errors.Count > 0 ? BadInput : code;
    }

    /// <summary>The commands and their options.</summary>
    public static RootCommand Root()
    {
        var csharp = new Command("csharp", "Reads C# sources with Roslyn: names are bound, nothing is built, restored or run.")
        {
            s_folder, s_output, s_package, s_version, s_ecosystem, s_minMass, s_define,
            s_framework, s_bySyntax, s_maxMemory, s_gzip, s_force, s_quiet,
        };
        csharp.SetAction(ExtractAsync);
        return new RootCommand("Reads source code and writes a bundle for exograph-load.") { csharp };
    }

    private static async Task<int> ExtractAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var quiet = parsed.GetValue(s_quiet);
        var status = new StatusLine(Console.Error, rewrites: !Console.IsErrorRedirected && !quiet);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        PosixSignal[] signals = OperatingSystem.IsWindows()
            ? [PosixSignal.SIGINT, PosixSignal.SIGTERM]
            : [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        using var taken = new Signals(Array.ConvertAll(signals, signal => PosixSignalRegistration.Create(signal, End)));
        try
        {
            await using var sink = OpenSink(parsed);
            var options = new ExtractOptions
            {
                Directory = parsed.GetRequiredValue(s_folder),
                Ecosystem = parsed.GetRequiredValue(s_ecosystem),
                Package = parsed.GetValue(s_package),
                Version = parsed.GetValue(s_version),
                MinMass = parsed.GetValue(s_minMass),
                Define = [.. parsed.GetRequiredValue(s_define).SelectMany(d => d.Split([';', ','], StringSplitOptions.RemoveEmptyEntries))],
                Framework = parsed.GetValue(s_framework),
                MaxMemory = (long)parsed.GetValue(s_maxMemory) << 20,
                Bind = !parsed.GetValue(s_bySyntax),
                Note = quiet ? null : status.Line,
                Warn = quiet ? null : warning => status.Line("warning: " + warning),
            };
            var extraction = Task.Run(() => CSharpExtractor.ExtractAsync(options, sink, status, ending.Token), CancellationToken.None);
            var summary = await EndingAsync(extraction, ending.Token).ConfigureAwait(false);
            if (!quiet)
                status.Line(Describe(summary));
            return 0;
        }
        catch (ExtractException e)
        {
            status.Line("error: " + e.Message);
            return BadInput;
        }
        catch (OperationCanceledException)
        {
            status.Line("cancelled; no bundle is written");
            return Failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            status.Line("error: " + e.Message);
            return Failure;
        }

        // The second of them ends the process as if nobody handled it.
        void End(PosixSignalContext signal)
        {
            signal.Cancel = !ending.IsCancellationRequested;
            ending.Cancel();
        }
    }

    /// <summary>
    /// Waits for the extraction. Once it is cancelled, only for a moment: it may be in a call into a file system that does not
    /// return, and what it has written is to be removed before the process ends.
    /// </summary>
    private static async Task<ExtractSummary> EndingAsync(Task<ExtractSummary> extraction, CancellationToken cancellationToken)
    {
        var grace = TimeSpan.FromSeconds(1);
        try
        {
            return await extraction.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAny(extraction, Task.Delay(grace, CancellationToken.None)).ConfigureAwait(false);
            if (!extraction.IsCompletedSuccessfully)
                throw;
            return await extraction.ConfigureAwait(false);
        }
    }

    private static BundleSink OpenSink(ParseResult parsed)
    {
        var output = parsed.GetRequiredValue(s_output);
        if (output != "-")
            return BundleSink.ToDirectory(output, parsed.GetValue(s_gzip), parsed.GetValue(s_force));
        if (parsed.GetValue(s_gzip) || parsed.GetValue(s_force))
            throw new ExtractException("--gzip and --force are for a directory, not for standard output");
        return BundleSink.ToStream(OpenStandardOutput());
    }

    /// <summary>Standard output; on Unix the console's own stream goes on in silence when nobody reads any more.</summary>
    private static Stream OpenStandardOutput() => OperatingSystem.IsWindows()
        ? Console.OpenStandardOutput()
        : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    private static string Describe(ExtractSummary summary)
    {
        var counts = summary.Rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key} {r.Value:N0}"));
        return $"{string.Join(", ", counts)}; warnings {summary.Warnings.ToString("N0", CultureInfo.InvariantCulture)}";
    }

    private sealed class Signals(PosixSignalRegistration[] registrations) : IDisposable
    {
        public void Dispose() => Array.ForEach(registrations, registration => registration.Dispose());
    }
}
