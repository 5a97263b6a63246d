namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>Hands the rows of a table out package by package, which is the order that a corpus makes them in.</summary>
internal sealed class PackageReader<TRow>(IEnumerable<TRow> rows, Func<TRow, int> packageOf) : IDisposable
{
    private readonly IEnumerator<TRow> _rows = rows.GetEnumerator();
    private bool _pending;
    private bool _ended;

    /// <summary>The rows of the next package, which may have none.</summary>
    public List<TRow> Read(int package)
    {
        var read = new List<TRow>();
        while (_pending || !_ended)
        {
            if (!_pending && !(_pending = _rows.MoveNext()))
            {
                _ended = true;
                break;
            }
            if (packageOf(_rows.Current) != package)
                break;
            read.Add(_rows.Current);
            _pending = false;
        }
        return read;
    }

    public void Dispose() => _rows.Dispose();
}
