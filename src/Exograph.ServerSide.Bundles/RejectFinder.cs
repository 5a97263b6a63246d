using System.Buffers.Binary;

namespace Exograph.ServerSide.Bundles;

/// <summary>A row that the server rejects, and where it came from.</summary>
public sealed record PlacedReject
{
    /// <summary>The row, and the rule that it breaks.</summary>
    public required RejectedRow Row { get; init; }

    /// <summary>File of a bundle; null where it was not found.</summary>
    public string? File { get; init; }

    /// <summary>Line of the file, from 1; null where it was not found.</summary>
    public long? Line { get; init; }
}

/// <summary>
/// Finds the lines of rows that the server rejects, by reading the files of their tables again: whatever the size of the
/// bundles, only the rejects that are shown are held in memory. Of streams hashes of the first rows are held. Rows are compared as they were sent, without their JSON, which
/// the server does not keep as it was written.
/// </summary>
internal sealed class RejectFinder(ReservedIds? ids, BundleOptions options)
{
    private readonly BundleOptions _options = options with { Progress = null };

    /// <summary>The rejects, in their order, each with its place.</summary>
    public async Task<IReadOnlyList<PlacedReject>> FindAsync(
        IEnumerable<RejectedRow> rejects, IEnumerable<StagedBundle> bundles, CancellationToken cancellationToken)
    {
        var sought = rejects.Select(r => new Sought(r)).ToList();
        foreach (var staged in bundles)
        {
            if (staged.Bundle.Stream is not null)
                Find(sought.FindAll(s => s.File is null && s.Fields is not null), staged);
            foreach (var file in staged.Bundle.Files)
            {
                var left = sought.FindAll(s => s.File is null && s.Fields is not null && s.Row.Table == file.Table.Table);
                if (left.Count > 0)
                    await FindAsync(left, file, staged.Shift, cancellationToken);
            }
        }
        return [.. sought.Select(s => new PlacedReject { Row = s.Row, File = s.File, Line = s.Line })];
    }

    /// <summary>Of rows that are alike each has a line of its own.</summary>
    private static void Find(List<Sought> sought, StagedBundle stream)
    {
        foreach (var alike in sought.GroupBy(s => s.Hash))
        {
            long? line = 0;
            foreach (var row in alike)
            {
                line = stream.Lines.Find(alike.Key, behind: line.Value);
                if (line is null)
                    break;
                (row.File, row.Line) = (stream.Bundle.Name, line);
            }
        }
    }

    private async Task FindAsync(List<Sought> sought, TableFile file, NumberShift shift, CancellationToken cancellationToken)
    {
        var reader = new TableFileReader(file, _options);
        using var found = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await reader.ReadAsync((table, columns) => new Search(ids, table, columns, fields =>
            {
                var match = sought.Find(s => s.File is null && s.Matches(fields));
                if (match is null)
                    return;
                (match.File, match.Line) = (file.Name, reader.Line);
                if (sought.TrueForAll(s => s.File is not null))
                    found.Cancel();
            }), shift.ForReader(), found.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>The fields of a row by the place of their columns in the table; null for NULL, and for JSON.</summary>
    private static ReadOnlyMemory<byte>?[] Fields(StagedTable table, IReadOnlyList<int> places, ReadOnlyMemory<byte> row)
    {
        var fields = new ReadOnlyMemory<byte>?[table.Columns.Count];
        var at = sizeof(short);
        foreach (var place in places)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(row.Span[at..]);
            at += sizeof(int);
            if (length >= 0 && table.Columns[place].Type != ColumnType.Jsonb)
                fields[place] = row.Slice(at, length);
            at += Math.Max(length, 0);
        }
        return fields;
    }

    private static int[] Places(StagedTable table, IReadOnlyList<StagedColumn> columns) =>
        [.. columns.Select(c => table.Columns.TakeWhile(t => t != c).Count())];

    private sealed class Sought
    {
        public Sought(RejectedRow row)
        {
            Row = row;
            var table = StagedTable.All.First(t => t.Table == row.Table);
            var text = System.Text.Encoding.UTF8.GetBytes(row.Row);
            using var encoder = new CopyEncoder(text.Length, ids: null);
            try
            {
                var parser = new JsonRowParser(table, ignoredMember: null);
                parser.Parse(text);
                encoder.BeginRow(table.Columns.Count);
                parser.Write(encoder, text, NumberShift.None.ForReader());
                Fields = RejectFinder.Fields(table, Places(table, table.Columns), encoder.Row.ToArray());
                Hash = RowHashes.Hash(table, encoder.Row.Span);
            }
            catch (Exception e) when (e is BadValueException or FieldException)
            {
                // The server shows it shortened, or it was not staged by a bundle: it has no line.
            }
        }

        public RejectedRow Row { get; }

        public ReadOnlyMemory<byte>?[]? Fields { get; }

        public ulong Hash { get; }

        public string? File { get; set; }

        public long? Line { get; set; }

        public bool Matches(ReadOnlyMemory<byte>?[] fields)
        {
            for (var i = 0; i < fields.Length; i++)
            {
                if (fields[i].HasValue != Fields![i].HasValue
                    || fields[i] is { } field && !field.Span.SequenceEqual(Fields[i]!.Value.Span))
                    return false;
            }
            return true;
        }
    }

    /// <summary>Looks at the rows of a file instead of sending them.</summary>
    private sealed class Search(
        ReservedIds? ids, StagedTable table, IReadOnlyList<StagedColumn> columns, Action<ReadOnlyMemory<byte>?[]> look) : IRowTarget
    {
        private const int Capacity = 1 << 16;

        private readonly int[] _places = Places(table, columns);
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

        public ValueTask EndRowAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            look(Fields(table, _places, _encoder!.Row));
            _encoder.DropRow();
            return ValueTask.CompletedTask;
        }

        public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync()
        {
            _encoder?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
