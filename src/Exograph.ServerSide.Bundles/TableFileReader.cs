using Exograph.Shared;

namespace Exograph.ServerSide.Bundles;

/// <summary>Opens where the rows of a table go.</summary>
internal delegate IRowTarget OpenTable(StagedTable table, IReadOnlyList<StagedColumn> columns);

/// <summary>Reads the rows of a file of a bundle.</summary>
internal sealed class TableFileReader
{
    private readonly TableFile _file;
    private readonly BundleOptions _options;
    private readonly CsvTableReader? _csv;
    private readonly NdjsonReader? _ndjson;

    public TableFileReader(TableFile file, BundleOptions options)
    {
        _file = file;
        _options = options;
        if (file.IsCsv)
            _csv = new CsvTableReader(file, options);
        else
            _ndjson = new NdjsonReader(file.Name, options);
    }

    /// <summary>Line of the current row.</summary>
    public long Line => _csv?.Line ?? _ndjson!.Line;

    /// <returns>Rows read.</returns>
    public async Task<long> ReadAsync(OpenTable open, NumberShift.Reader numbers, CancellationToken cancellationToken)
    {
        await using var raw = RegularFile.OpenRead(_file.Path, FileOptions.Asynchronous | FileOptions.SequentialScan);
        if (_file.IsGzip && raw.Length == 0)
            throw new BundleException(_file.Name, "expected gzip data, found an empty file");
        await using var counted = new CountedStream(raw, _file.Name, raw.Length, _options.Progress);
        await using Stream input = _file.IsGzip ? new CheckedGzipStream(counted, _file.Name) : counted;
        return _csv is not null
            ? await _csv.ReadAsync(input, open, numbers, cancellationToken)
            : await _ndjson!.ReadTableAsync(_file.Table, input, open, numbers, cancellationToken);
    }
}
