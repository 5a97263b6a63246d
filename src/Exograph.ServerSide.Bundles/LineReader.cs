namespace Exograph.ServerSide.Bundles;

/// <summary>Reads lines of bytes through one buffer, which grows to the longest line. A byte order mark is dropped.</summary>
internal sealed class LineReader(Stream stream, string file, int longestLine)
{
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>The current line without its line feed; valid until the next read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Number of the current line, from 1.</summary>
    public long Number { get; private set; }

    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) =>
        TryTakeLine(searchFrom: 0) ? ValueTask.FromResult(true) : FillAsync(cancellationToken);

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (!_atEnd)
        {
            var searched = _end - _start;
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            _atEnd = read == 0;
            if (TryTakeLine(searched))
                return true;
        }
        if (_start == _end)
            return false;
        Take(_end - _start, lineFeed: 0);
        return true;
    }

    private bool TryTakeLine(int searchFrom)
    {
        var length = _buffer.AsSpan(_start + searchFrom, _end - _start - searchFrom).IndexOf((byte)'\n');
        if (length < 0)
            return false;
        Take(searchFrom + length, lineFeed: 1);
        return true;
    }

    private void Take(int length, int lineFeed)
    {
        Line = _buffer.AsMemory(_start, length);
        _start += length + lineFeed;
        if (++Number == 1 && Line.Span.StartsWith("\uFEFF"u8))
            Line = Line[3..];
    }

    private void MakeRoom()
    {
        var pending = _end - _start;
        if (pending > longestLine)
            throw new BundleException(file, $"expected lines of at most {longestLine:N0} bytes, found a longer one", Number + 1);
        var target = pending > _buffer.Length / 2 ? new byte[Math.Min(2L * _buffer.Length, Array.MaxLength)] : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, pending);
        (_buffer, _start, _end) = (target, 0, pending);
    }
}
