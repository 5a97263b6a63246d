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
/// bundles, only the rejects that are shown are held in memory. Of streams hashes of the first rows are held. Rows are compared as
/// they were sent, without their JSON, which the server does not keep as it was written.
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
            foreach (var (row, line) in alike.Zip(stream.Lines.Find(alike.Key)))
                (row.File, row.Line) = (stream.Bundle.Name, line);
        }
    }

    private async Task FindAsync(List<Sought> sought, TableFile file, NumberShift shift, CancellationToken cancellationToken)
    {
        var reader = new TableFileReader(file, _options);
        using var found = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await reader.ReadAsync(columns => ValueTask.FromResult<IRowTarget>(new RowLook(ids, file.Table, columns, (fields, _) =>
            {
                Find(sought, file.Table, fields, file.Name, reader.Line);
                if (sought.TrueForAll(s => s.File is not null))
                    found.Cancel();
                return ValueTask.CompletedTask;
            })), shift.ForReader(), found.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Each row that is sought has a row, or a pair of a set, of its own.</summary>
    private static void Find(List<Sought> sought, StagedTable table, ReadOnlyMemory<byte>?[] fields, string file, long line)
    {
        if (!TermSet.IsOf(table))
        {
            if (sought.Find(s => s.File is null && s.Matches(fields)) is { } match)
                (match.File, match.Line) = (file, line);
            return;
        }
        var ofFragment = sought.FindAll(s => s.File is null && s.Matches(0, fields));
        if (ofFragment.Count == 0)
            return;
        foreach (var term in TermSet.Terms(fields[1]))
            Find(ofFragment, TermSet.Pairs, [fields[0], term], file, line);
    }

    private sealed class Sought
    {
        private readonly StagedTable _table;

        public Sought(RejectedRow row)
        {
            Row = row;
            var table = _table = StagedTable.All.First(t => t.Table == row.Table);
            var text = System.Text.Encoding.UTF8.GetBytes(row.Row);
            using var encoder = new CopyEncoder(text.Length, ids: null);
            try
            {
                var parser = new JsonRowParser(table, ignoredMember: null);
                parser.Parse(text);
                encoder.BeginRow(table.Columns.Count);
                parser.Write(encoder, text, NumberShift.None.ForReader());
                Fields = new RowLook(ids: null, table, table.Columns, (_, _) => ValueTask.CompletedTask).FieldsOf(encoder.Row.ToArray());
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
                if (_table.Columns[i].Type == ColumnType.Jsonb)
                    continue;
                if (!Matches(i, fields))
                    return false;
            }
            return true;
        }

        public bool Matches(int place, ReadOnlyMemory<byte>?[] fields) =>
            fields[place].HasValue == Fields![place].HasValue
            && (fields[place] is not { } field || field.Span.SequenceEqual(Fields[place]!.Value.Span));
    }
}
