using System.Buffers;
using System.IO.Compression;

namespace Exograph.Extract.CSharp;

internal sealed class DirectorySink : BundleSink
{
    private const string Unfinished = ".partial";
    private const string Manifest = "manifest.json";
    private static readonly string[] s_forms = [".ndjson", ".ndjson.gz", ".csv", ".csv.gz"];

    private readonly string _directory;
    private readonly bool _made;
    private readonly string _form;
    private readonly Part[] _parts = new Part[BundleTables.Names.Length];
    private readonly Lock _ending = new();
    private bool _closed;

    private DirectorySink(string directory, bool made, bool gzip)
    {
        _directory = directory;
        _made = made;
        _form = gzip ? ".ndjson.gz" : ".ndjson";
    }

    public static DirectorySink Open(string directory, bool gzip, bool force)
    {
        try
        {
            var made = !Directory.Exists(directory);
            if (!made && !force && Directory.EnumerateFileSystemEntries(directory).Any())
                throw new ExtractException($"{directory} is not empty; --force replaces the bundle in it");
            Directory.CreateDirectory(directory);
            var sink = new DirectorySink(directory, made, gzip);
            sink.OpenParts(gzip);
            return sink;
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
        foreach (var part in _parts)
            await part.Stream.DisposeAsync().ConfigureAwait(false);
        await WriteManifestAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_ending)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            Publish();
        }
    }

    /// <summary>Removes what is unfinished, whatever else fails: a full disk fails each of the files once more.</summary>
    public override async ValueTask DisposeAsync()
    {
        lock (_ending)
        {
            if (_closed)
                return;
            _closed = true;
        }
        foreach (var part in _parts)
        {
            part?.Rows.Dispose();
            await TryAsync(() => part?.Stream.DisposeAsync() ?? default).ConfigureAwait(false);
        }
        foreach (var name in BundleTables.Names.Select(table => table + _form).Append(Manifest))
            await TryAsync(() => Delete(PathOf(name + Unfinished))).ConfigureAwait(false);
        if (_made)
            await TryAsync(DeleteIfEmpty).ConfigureAwait(false);

        static ValueTask Delete(string path)
        {
            File.Delete(path);
            return default;
        }

        ValueTask DeleteIfEmpty()
        {
            if (!Directory.EnumerateFileSystemEntries(_directory).Any())
                Directory.Delete(_directory);
            return default;
        }
    }

    private void Publish()
    {
        // What is between the first of these and the last is no bundle, for it has no manifest.
        File.Delete(PathOf(Manifest));
        foreach (var name in BundleTables.Names)
            foreach (var form in s_forms)
                File.Delete(PathOf(name + form));
        foreach (var name in BundleTables.Names)
            File.Move(PathOf(name + _form + Unfinished), PathOf(name + _form));
        File.Move(PathOf(Manifest + Unfinished), PathOf(Manifest));
    }

    private static async ValueTask TryAsync(Func<ValueTask> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private void OpenParts(bool gzip)
    {
        try
        {
            for (var i = 0; i < _parts.Length; i++)
                _parts[i] = new Part(Create(PathOf(BundleTables.Names[i] + _form + Unfinished)), gzip);
        }
        catch
        {
            // What these streams hold is not awaited: nothing has been written.
            DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    private async ValueTask WriteManifestAsync(CancellationToken cancellationToken)
    {
        var json = new ArrayBufferWriter<byte>();
        WriteCounts(json, isRecord: false);
        await using var file = Create(PathOf(Manifest + Unfinished));
        await file.WriteAsync(json.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a file in place of what is left of a run that was killed, be that a link or a pipe of somebody else.</summary>
    private static FileStream Create(string path)
    {
        File.Delete(path);
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write);
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private sealed class Part
    {
        public Part(FileStream file, bool gzip)
        {
            Stream = gzip ? new GZipStream(file, CompressionLevel.Fastest) : file;
            Rows = new RowWriter(Buffer, table: null);
        }

        public Stream Stream { get; }
        public ArrayBufferWriter<byte> Buffer { get; } = new(2 * WriteOutFrom);
        public RowWriter Rows { get; }
    }
}
