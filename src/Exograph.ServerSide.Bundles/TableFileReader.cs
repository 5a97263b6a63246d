using Exograph.Shared;

namespace Exograph.ServerSide.Bundles;

/// <summary>Opens where the rows of a table go.</summary>
internal delegate ValueTask<IRowTarget> OpenTable(IReadOnlyList<StagedColumn> columns);

/// <summary>Reads the rows of a file of a bundle.</summary>
internal sealed class TableFileReader
{
    private readonly InputFile _file;
    private readonly BundleOptions _options;
    private readonly CsvTableReader? _csv;
    private readonly NdjsonReader? _ndjson;

    public TableFileReader(InputFile file, BundleOptions options)
    {
        _file = file;
        _options = options;
        if (file.IsCsv)
            _csv = new CsvTableReader(file, options);
        else
            _ndjson = new NdjsonReader(file.Name, options);
    }

    /// <summary>Columns of which some row has a value: those of the header, or of any line.</summary>
    public IReadOnlyList<StagedColumn> Columns => _csv?.Columns ?? _ndjson!.Columns;

    /// <summary>Line of the current row.</summary>
    public long Line => _csv?.Line ?? _ndjson!.Line;

    /// <returns>Rows read.</returns>
    public async Task<long> ReadAsync(OpenTable open, NumberShift.Reader numbers, CancellationToken cancellationToken)
    {
        await using var input = Open();
        return _csv is not null
            ? await _csv.ReadAsync(input, open, numbers, cancellationToken)
            : await _ndjson!.ReadTableAsync(_file.Rows, input, open, numbers, cancellationToken);
    }

    /// <summary>The columns that have values: of CSV those of the header; of NDJSON, all of whose lines are read for it, their members.</summary>
    public async Task<IReadOnlyList<StagedColumn>> ReadColumnsAsync(CancellationToken cancellationToken)
    {
        await using var input = Open();
        if (_csv is not null)
            await _csv.ReadHeaderAsync(input, cancellationToken);
        else
            await _ndjson!.ReadMembersAsync(_file.Rows, input, cancellationToken);
        return Columns;
    }

    private Stream Open()
    {
        var raw = RegularFile.OpenRead(_file.Path, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var counted = new CountedStream(raw, _file.Name, raw.Length, _options.Progress);
        if (!_file.IsGzip)
            return counted;
        if (raw.Length > 0)
            return new CheckedGzipStream(counted, _file.Name);
        counted.Dispose();
        throw new BundleException(_file.Name, "expected gzip data, found an empty file");
    }
}
