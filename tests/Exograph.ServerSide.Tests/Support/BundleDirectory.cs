using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>A bundle in a temporary directory, deleted when disposed.</summary>
internal sealed class BundleDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("exograph-bundle-").FullName;

    /// <summary>Adds a file; a name that ends with .gz is compressed.</summary>
    public BundleDirectory Add(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

    public BundleDirectory Add(string name, byte[] content)
    {
        return AddRaw(name, name.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(content) : content);
    }

    /// <summary>Adds a file whose bytes are taken as they are.</summary>
    public BundleDirectory AddRaw(string name, byte[] content)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, name), content);
        return this;
    }

    /// <summary>A package, a version and a file: what facts need to stand on.</summary>
    public BundleDirectory AddBasics(string package = "p", string source = "source") => this
        .Add("packages.csv", $"id,ecosystem,name\n1,hex,{package}\n")
        .Add("package_versions.csv", "id,package_id,version\n1,1,1.0\n")
        .AddFile(1, source);

    /// <summary>The only file of version 1.</summary>
    public BundleDirectory AddFile(int id, string source)
    {
        var hash = new string('a', 64);
        return Add("files.ndjson", $$"""
            {"id":{{id}},"package_version_id":1,"path":"a.ex","source":"{{source}}","sha256":"\\x{{hash}}"}
            """);
    }

    /// <summary>Adds the manifest that its producer would write.</summary>
    public BundleDirectory WithManifest()
    {
        CountRows(Path);
        return this;
    }

    /// <summary>Writes the manifest of plain files, whose rows are lines.</summary>
    public static void CountRows(string directory)
    {
        var manifest = System.IO.Path.Combine(directory, "manifest.json");
        File.Delete(manifest);
        var rows = Directory.EnumerateFiles(directory).ToDictionary(
            file => System.IO.Path.GetFileNameWithoutExtension(file),
            file => File.ReadLines(file).Count() - (file.EndsWith(".csv", StringComparison.Ordinal) ? 1 : 0));
        File.WriteAllText(manifest, JsonSerializer.Serialize(new { rows }));
    }

    public static byte[] Gzip(byte[] content)
    {
        if (content.Length == 0) // GZipStream writes no member at all
            return Convert.FromHexString("1f8b0800000000000003" + "0300" + "0000000000000000");
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(content);
        return compressed.ToArray();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
