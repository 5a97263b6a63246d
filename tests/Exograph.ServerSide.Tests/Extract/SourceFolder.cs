using System.Text;
using Exograph.Extract.CSharp;

namespace Exograph.ServerSide.Tests.Extract;

/// <summary>A folder of sources that is gone after the test.</summary>
public sealed class SourceFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("exograph-extract-");

    /// <summary>Where the sources are; beside it is room for bundles.</summary>
    public string Sources => Directory.CreateDirectory(Path.Combine(_root.FullName, "sources")).FullName;

    public string Bundle => Path.Combine(_root.FullName, "bundle");

    public SourceFolder With(string path, string text) => With(path, Encoding.UTF8.GetBytes(text));

    public SourceFolder With(string path, byte[] bytes)
    {
        var full = Path.Combine(Sources, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return this;
    }

    /// <summary>Extracts all files as one package.</summary>
    public Task<ExtractedBundle> ExtractAsync() => ExtractAsync(o => o with { Package = "Sample", Version = "1.0.0" });

    public async Task<ExtractedBundle> ExtractAsync(Func<ExtractOptions, ExtractOptions> adjust)
    {
        var warnings = new List<string>();
        var bytes = await ExtractBytesAsync(o => adjust(o) with { Warn = warnings.Add });
        return ExtractedBundle.OfStream(bytes, warnings);
    }

    public async Task<byte[]> ExtractBytesAsync(Func<ExtractOptions, ExtractOptions> adjust)
    {
        using var stream = new MemoryStream();
        await using var sink = BundleSink.ToStream(stream);
        await CSharpExtractor.ExtractAsync(adjust(new ExtractOptions { Directory = Sources }), sink);
        return stream.ToArray();
    }

    public void Dispose() => _root.Delete(recursive: true);
}
