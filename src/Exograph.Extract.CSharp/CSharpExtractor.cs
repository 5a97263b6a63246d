using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>Reads a folder of C# sources and writes a bundle.</summary>
public static class CSharpExtractor
{
    /// <summary>
    /// Extracts a folder into a sink, and completes the sink. The same files and options give the same bytes. Each package is
    /// read twice: first its names are gathered, then its facts are written, file by file.
    /// </summary>
    /// <param name="options">What to extract.</param>
    /// <param name="sink">Where the bundle goes; still the caller's to dispose of.</param>
    /// <param name="progress">Is told after every file.</param>
    /// <param name="cancellationToken">Ends the extraction; the sink is not completed then.</param>
    /// <exception cref="ExtractException">The folder or the options cannot be used, or a file changed meanwhile.</exception>
    /// <exception cref="IOException">A file cannot be read, or the bundle cannot be written.</exception>
    public static async Task<ExtractSummary> ExtractAsync(
        ExtractOptions options, BundleSink sink, IProgress<ExtractProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        Check(options);
        using var workers = new LargeStackWorkers(options.Parallelism);
        var warnings = new Warnings(options.Warn);
        var projects = new ProjectTree(options, warnings.Add, note => options.Note?.Invoke(note));
        var referenced = new ReferencedProjects(options, projects, workers);
        var run = new ExtractRun(options, sink, workers, referenced, warnings, progress, cancellationToken);
        foreach (var package in PackageSource.Find(options, projects, warnings.Add))
            await run.ExtractAsync(package).ConfigureAwait(false);
        await sink.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return run.Summarize();
    }

    private static void Check(ExtractOptions options)
    {
        const int maxEcosystem = 500;
        if (!Directory.Exists(options.Directory))
            throw new ExtractException($"there is no folder {options.Directory}");
        if (options.Package is null != options.Version is null)
            throw new ExtractException("a package needs a version, and a version a package");
        if (options.Package is "" || options.Version is "" || options.Ecosystem is "")
            throw new ExtractException("ecosystem, package and version cannot be empty");
        if (SyntaxNames.IsTooLong(options.Package) || SyntaxNames.IsTooLong(options.Version)
            || Encoding.UTF8.GetByteCount(options.Ecosystem) > maxEcosystem)
            throw new ExtractException("package and version are at most 2000 bytes long, the ecosystem 500");
        if (options.MinMass < 1)
            throw new ExtractException("the least mass of a fragment is a number from 1");
        if (options.MaxMemory < 1)
            throw new ExtractException("the memory is a number of bytes from 1");
        if (options.Define.FirstOrDefault(symbol => !SyntaxFacts.IsValidIdentifier(symbol) || symbol is "true" or "false") is { } wrong)
            throw new ExtractException($"{wrong} is no preprocessor symbol");
        if (options.Framework is { } framework && TargetFramework.Parse(framework) is null or { Family: FrameworkFamily.Other })
            throw new ExtractException($"{options.Framework} is no target framework");
        if (options.MaxBindingTime <= TimeSpan.Zero)
            throw new ExtractException("the time for binding a file is more than none");
        if (options.Parallelism < 1)
            throw new ExtractException("the parallelism is a number from 1");
    }
}
