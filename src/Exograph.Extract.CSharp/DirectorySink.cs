using System.Buffers;
using System.IO.Compression;

namespace Exograph.Extract.CSharp;

internal sealed class DirectorySink : BundleSink
{
    private const string Unfinished = ".partial";
    private static readonly string[] s_forms = [".ndjson", ".ndjson.gz", ".csv", ".csv.gz"];

    private readonly string _directory;
    private readonly bool _made;
    private readonly string _form;
    private readonly Part[] _parts;
    private bool _closed;

    private DirectorySink(string directory, bool made, bool gzip)
    {
        _directory = directory;
        _made = made;
        _form = gzip ? ".ndjson.gz" : ".ndjson";
        _parts = new Part[BundleTables.Names.Length];
        for (var i = 0; i < _parts.Length; i++)
            _parts[i] = new Part(PathOf(BundleTables.Names[i] + _form + Unfinished), gzip);
    }

    public static DirectorySink Open(string directory, bool gzip, bool force)
    {
        try
        {
            var made = !Directory.Exists(directory);
            if (!made && !force && Directory.EnumerateFileSystemEntries(directory).Any())
                throw new ExtractException($"{directory} is not empty; --force replaces the bundle in it");
            Directory.CreateDirectory(directory);
            return new DirectorySink(directory, made, gzip);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExtractException($"cannot write to {directory}: {e.Message}", e);
        }
    }

    internal override RowWriter this[BundleTable table] => _parts[(int)table].Rows;

    internal override async ValueTask WriteOutAsync(CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
            if (part.Buffer.WrittenCount >= WriteOutFrom)
                await DrainAsync(part.Buffer, part.Stream, cancellationToken).ConfigureAwait(false);
    }

    internal override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var part in _parts)
            await DrainAsync(part.Buffer, part.Stream, cancellationToken).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var name in BundleTables.Names)
            foreach (var form in s_forms)
                File.Delete(PathOf(name + form));
        // Facts first: whoever is cut off here leaves rows that point at files which are not there, not half a bundle.
        foreach (var name in BundleTables.Names.Reverse())
            File.Move(PathOf(name + _form + Unfinished), PathOf(name + _form));
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        foreach (var name in BundleTables.Names)
            File.Delete(PathOf(name + _form + Unfinished));
        if (_made && !Directory.EnumerateFileSystemEntries(_directory).Any())
            Directory.Delete(_directory);
    }

    private async ValueTask CloseAsync()
    {
        if (_closed)
            return;
        _closed = true;
        foreach (var part in _parts)
        {
            part.Rows.Dispose();
            await part.Stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private sealed class Part
    {
        public Part(string path, bool gzip)
        {
            Stream = File.Create(path);
            if (gzip)
                Stream = new GZipStream(Stream, CompressionLevel.Fastest);
            Rows = new RowWriter(Buffer, table: null);
        }

        public Stream Stream { get; }
        public ArrayBufferWriter<byte> Buffer { get; } = new(2 * WriteOutFrom);
        public RowWriter Rows { get; }
    }
}
