using System.Buffers;

namespace Exograph.Extract.CSharp;

internal sealed class StreamSink : BundleSink
{
    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new(2 * WriteOutFrom);
    private readonly RowWriter[] _writers;

    public StreamSink(Stream stream)
    {
        _stream = stream;
        _writers = Array.ConvertAll(BundleTables.Names, name => new RowWriter(_buffer, name));
    }

    internal override RowWriter this[BundleTable table] => _writers[(int)table];

    internal override ValueTask WriteOutAsync(CancellationToken cancellationToken) =>
        _buffer.WrittenCount < WriteOutFrom ? default : DrainAsync(_buffer, _stream, cancellationToken);

    internal override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        WriteCounts(_buffer, isRecord: true);
        await DrainAsync(_buffer, _stream, cancellationToken).ConfigureAwait(false);
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync()
    {
        foreach (var writer in _writers)
            writer.Dispose();
        return default;
    }
}
