using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Exograph.ServerSide.Bundles;

/// <summary>
/// Reads gzip strictly. <see cref="GZipStream"/> verifies checksum and size of each member, but takes a truncated file, or bytes
/// behind the last member, for the end. So a member of our own, with a random text, is put behind the file: it comes out at the
/// very end if, and only if, all before it was complete.
/// </summary>
internal sealed class CheckedGzipStream : InputStream
{
    // Hexadecimal digits, because they are certain to be compressed: stored as they are, they could pass as the rest of a
    // truncated block that is stored as well.
    private const int MarkerBytes = 32;

    private readonly string _file;
    private readonly Stream _source;
    private readonly byte[] _marker = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(MarkerBytes));
    private readonly GZipStream _gzip;
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _atEnd;

    public CheckedGzipStream(Stream source, string file)
    {
        _file = file;
        _source = source;
        _gzip = new GZipStream(new FollowedStream(source, Compress(_marker)), CompressionMode.Decompress);
    }

    /// <summary>The last bytes are held back until more have come: they may be the marker.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_atEnd && _end - _start <= MarkerBytes)
            await FillAsync(cancellationToken);
        var count = Math.Min(buffer.Length, _end - _start - MarkerBytes);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
            _source.Dispose();
        }
        base.Dispose(disposing);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
        (_start, _end) = (0, _end - _start);
        int read;
        try
        {
            read = await _gzip.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new BundleException(_file, $"expected intact gzip data, but it is damaged or truncated: {e.Message}", inner: e);
        }
        _end += read;
        _atEnd = read == 0;
        if (_atEnd && !_buffer.AsSpan(0, _end).SequenceEqual(_marker))
            throw new BundleException(_file, "expected intact gzip data, but it is truncated, or followed by other data");
    }

    private static byte[] Compress(byte[] text)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(text);
        return compressed.ToArray();
    }

    /// <summary>A stream with some bytes behind it.</summary>
    private sealed class FollowedStream(Stream first, byte[] then) : InputStream
    {
        private readonly MemoryStream _then = new(then);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await first.ReadAsync(buffer, cancellationToken);
            return read > 0 ? read : await _then.ReadAsync(buffer, cancellationToken);
        }
    }
}
