using System.Buffers;
using System.Text.Json;

namespace Exograph.Extract.CSharp;

/// <summary>Where a bundle goes. A sink takes one bundle; disposing of it before that is complete takes it back.</summary>
public abstract class BundleSink : IAsyncDisposable
{
    /// <summary>Buffered bytes from which a table is written out.</summary>
    protected const int WriteOutFrom = 1 << 16;

    private protected BundleSink()
    {
    }

    /// <summary>
    /// A directory of one NDJSON file per table, and a manifest that counts their rows. The files get their names when the
    /// bundle is complete, the manifest last.
    /// </summary>
    /// <param name="directory">The directory; made where it is not there.</param>
    /// <param name="gzip">Whether the files are compressed.</param>
    /// <param name="force">Whether a directory with something in it will do; of its files only those of a bundle go.</param>
    /// <exception cref="ExtractException">The directory holds files, or cannot be a directory.</exception>
    public static BundleSink ToDirectory(string directory, bool gzip = false, bool force = false) =>
        DirectorySink.Open(directory, gzip, force);

    /// <summary>
    /// One stream of NDJSON, each line naming its table; the last one counts the rows. The stream is flushed and left open.
    /// </summary>
    public static BundleSink ToStream(Stream stream) => new StreamSink(stream);

    /// <summary>Takes back an incomplete bundle, where that can be done, and lets go of files.</summary>
    public abstract ValueTask DisposeAsync();

    internal abstract RowWriter this[BundleTable table] { get; }

    /// <summary>Writes out what has gathered.</summary>
    internal abstract ValueTask WriteOutAsync(CancellationToken cancellationToken);

    /// <summary>Writes out the rest, and makes the bundle one.</summary>
    internal abstract ValueTask CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Writes how many rows each table has, by which a reader knows that it has all of them.</summary>
    private protected void WriteCounts(IBufferWriter<byte> output, bool isRecord)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            if (isRecord)
                json.WriteString("table"u8, "end"u8);
            json.WriteStartObject("rows"u8);
            foreach (var table in Enum.GetValues<BundleTable>())
                json.WriteNumber(BundleTables.Names[(int)table], this[table].Rows);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private protected static async ValueTask DrainAsync(
        ArrayBufferWriter<byte> buffer, Stream stream, CancellationToken cancellationToken)
    {
        if (buffer.WrittenCount == 0)
            return;
        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        buffer.ResetWrittenCount();
    }
}
