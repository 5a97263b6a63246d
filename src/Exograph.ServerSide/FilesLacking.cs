namespace Exograph.ServerSide;

/// <summary>
/// Which facts of the staged files no earlier load has declared complete: the answer of <c>exograph.files_lacking</c>. It is
/// advice: facts may be sent nevertheless, and then change nothing. Takes a byte of memory per file.
/// </summary>
public sealed class FilesLacking
{
    private const int PageBits = 10;
    private const byte Known = 0x80;

    private readonly Dictionary<long, byte[]> _pages = [];
    private readonly ReservedIds? _ids;

    internal FilesLacking(ReservedIds? ids) => _ids = ids;

    /// <summary>Files that were asked about.</summary>
    public long Files { get; private set; }

    /// <summary>Files that lack nothing.</summary>
    public long LackingNothing { get; private set; }

    /// <summary>What any of the files lacks.</summary>
    public FactTables Any { get; private set; }

    /// <summary>What all of the files lack.</summary>
    internal FactTables All { get; private set; } = FactTables.All;

    /// <summary>The tables of which a file lacks rows: all where it is new, or was not asked about.</summary>
    /// <param name="file">Number of the file, as it was staged.</param>
    public FactTables this[long file]
    {
        get
        {
            if (_ids is not null && !_ids.TryTranslate(StagedTable.FileNumber, file, out file))
                return FactTables.All;
            return _pages.TryGetValue(file >> PageBits, out var page) && page[file & ((1 << PageBits) - 1)] is var entry
                && (entry & Known) != 0
                ? (FactTables)(entry & ~Known)
                : FactTables.All;
        }
    }

    /// <param name="id">The file's number in the staging, which is an id where ids are reserved.</param>
    /// <param name="lacks">What it lacks.</param>
    internal void Add(long id, FactTables lacks)
    {
        if (!_pages.TryGetValue(id >> PageBits, out var page))
            _pages[id >> PageBits] = page = new byte[1 << PageBits];
        page[id & ((1 << PageBits) - 1)] = (byte)(Known | (int)lacks);
        Files++;
        LackingNothing += lacks == FactTables.None ? 1 : 0;
        Any |= lacks;
        All &= lacks;
    }

    /// <summary>Files that lack none of the tables.</summary>
    internal long Count(FactTables tables) =>
        _pages.Values.Sum(page => page.LongCount(entry => (entry & Known) != 0 && (entry & (int)tables) == 0));
}
