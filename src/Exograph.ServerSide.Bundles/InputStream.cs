namespace Exograph.ServerSide.Bundles;

/// <summary>A stream that is only read, forwards, and asynchronously.</summary>
internal abstract class InputStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Reports how much has been read.</summary>
internal sealed class CountedStream(Stream source, string file, long? length, IProgress<BundleProgress>? progress) : InputStream
{
    /// <summary>Bytes between two reports.</summary>
    private const long Step = 1 << 20;

    private long _read;
    private long _reported;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        _read += read;
        if (_read - _reported >= Step || read == 0 && !_ended)
        {
            _reported = _read;
            _ended = read == 0;
            progress?.Report(new BundleProgress(file, _read, length, _ended));
        }
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>
/// Refuses UTF-16 and UTF-32 by the first byte of their byte order marks, which no UTF-8 begins with. A CSV reader would decode
/// them in silence.
/// </summary>
internal sealed class Utf8Stream(Stream source, string file) : InputStream
{
    private bool _begun;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        if (!_begun && read > 0 && buffer.Span[0] is (0 or 0xFE or 0xFF))
            throw new BundleException(file, "expected UTF-8, found another encoding", 1);
        _begun |= read > 0;
        return read;
    }
}

/// <summary>
/// A stream whose reads end when they are cancelled, whatever the stream does: standard input goes on waiting for its producer, and
/// a load that was cancelled is to be abandoned at once.
/// </summary>
internal sealed class EndableStream(Stream source) : InputStream
{
    private readonly byte[] _own = new byte[64 << 10];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A read that was given up may still write: into a buffer that is its own. On a thread of its own, too: it may block.
        var own = _own.AsMemory(0, Math.Min(buffer.Length, _own.Length));
        var read = await Task.Run(() => source.ReadAsync(own, CancellationToken.None).AsTask(), cancellationToken)
            .WaitAsync(cancellationToken);
        _own.AsMemory(0, read).CopyTo(buffer);
        return read;
    }
}
