using System.Buffers.Binary;

namespace Exograph.ServerSide.Bundles;

/// <summary>Hands the fields of each row to somebody, as they would be sent, instead of sending them.</summary>
/// <param name="ids">What translates the numbers of rows; null where they stay as they are.</param>
/// <param name="table">Table of the rows.</param>
/// <param name="columns">Columns that the rows come with.</param>
/// <param name="look">
/// Gets the fields by the place of their columns in the table; null for NULL, and for columns that the rows do not have.
/// </param>
internal sealed class RowLook(ReservedIds? ids, StagedTable table, IReadOnlyList<StagedColumn> columns,
    Func<ReadOnlyMemory<byte>?[], CancellationToken, ValueTask> look) : IRowTarget
{
    private const int Capacity = 1 << 16;

    private readonly int[] _places = [.. columns.Select(c => table.Columns.TakeWhile(t => t != c).Count())];
    private CopyEncoder? _encoder;

    public IReadOnlyList<StagedColumn> Columns => columns;

    public long Rows { get; private set; }

    public CopyEncoder BeginRow()
    {
        _encoder ??= new CopyEncoder(Capacity, ids);
        _encoder.BeginRow(columns.Count);
        Rows++;
        return _encoder;
    }

    public async ValueTask EndRowAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await look(FieldsOf(_encoder!.Row), cancellationToken);
        _encoder.DropRow();
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _encoder?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The fields of a row; valid as long as it is.</summary>
    public ReadOnlyMemory<byte>?[] FieldsOf(ReadOnlyMemory<byte> row)
    {
        var fields = new ReadOnlyMemory<byte>?[table.Columns.Count];
        var at = sizeof(short);
        foreach (var place in _places)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(row.Span[at..]);
            at += sizeof(int);
            if (length >= 0)
                fields[place] = row.Slice(at, length);
            at += Math.Max(length, 0);
        }
        return fields;
    }
}
