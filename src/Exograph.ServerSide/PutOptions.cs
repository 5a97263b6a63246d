namespace Exograph.ServerSide;

/// <summary>What becomes of a row that the target has already, by its natural key.</summary>
public enum ExistingRows
{
    /// <summary>It stays as it is; where the rows differ they are counted as conflicting.</summary>
    Keep,
    /// <summary>It gets the values of the row that is put in.</summary>
    Update,
    /// <summary>The row that is put in is rejected.</summary>
    Fail,
}

/// <summary>What becomes of rows of a table in which nothing tells rows apart.</summary>
public enum KeylessRows
{
    /// <summary>The call is refused.</summary>
    Refuse,
    /// <summary>Each becomes a new row.</summary>
    Append,
    /// <summary>All columns that are given together are the key.</summary>
    Match,
}

/// <summary>What is special about a table.</summary>
public sealed record PutMapping
{
    /// <summary>
    /// Expressions in SQL over the columns that are staged, for columns of the target; null leaves a column out. Those that are not
    /// named are filled by the staged column of their name.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Columns { get; init; } = new Dictionary<string, string?>();

    /// <summary>What becomes of rows that exist, in this table; null for what holds for all.</summary>
    public ExistingRows? OnExisting { get; init; }

    /// <summary>What becomes of rows that nothing tells apart, in this table; null for what holds for all.</summary>
    public KeylessRows? WithoutKey { get; init; }
}

/// <summary>Options of putting rows into the tables of a schema.</summary>
public sealed record PutOptions
{
    /// <summary>What becomes of rows that exist.</summary>
    public ExistingRows OnExisting { get; init; }

    /// <summary>What becomes of rows that nothing tells apart.</summary>
    public KeylessRows WithoutKey { get; init; }

    /// <summary>What becomes of all rows when some are bad: nothing is put in, or they are left out.</summary>
    public RejectPolicy OnReject { get; init; }

    /// <summary>Most rows to leave out under <see cref="RejectPolicy.Skip"/>. Null is no limit.</summary>
    public long? RejectLimit { get; init; }

    /// <summary>Columns that tell the rows of a table apart, where the catalog does not say so.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> NaturalKeys { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What is special about tables, by their names.</summary>
    public IReadOnlyDictionary<string, PutMapping> Mapping { get; init; } = new Dictionary<string, PutMapping>();

    /// <summary>Whether <c>PutSession.MapAsync</c> will be asked. Not through a pooler in transaction mode.</summary>
    public bool KeepMaps { get; init; }

    /// <summary>Whether all is done and rolled back in the end, with the report of what would have been.</summary>
    public bool DryRun { get; init; }

    /// <summary>Most rejected rows to return. All are counted.</summary>
    public int RejectsReturned { get; init; } = 1000;

    /// <summary>Where progress is reported.</summary>
    public IProgress<PutProgress>? Progress { get; init; }

    /// <exception cref="ArgumentException">An option is out of range, or would be ignored.</exception>
    internal void Check()
    {
        foreach (var existing in Mapping.Values.Select(m => m.OnExisting).OfType<ExistingRows>().Append(OnExisting))
            Defined(existing, nameof(OnExisting));
        foreach (var keyless in Mapping.Values.Select(m => m.WithoutKey).OfType<KeylessRows>().Append(WithoutKey))
            Defined(keyless, nameof(WithoutKey));
        Defined(OnReject, nameof(OnReject));
        ArgumentOutOfRangeException.ThrowIfLessThan(RejectsReturned, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(RejectLimit ?? 0, 0, nameof(RejectLimit));
        if (RejectLimit is not null && OnReject != RejectPolicy.Skip)
            throw new ArgumentException("RejectLimit bounds the rows that are skipped: it needs OnReject = Skip.", nameof(RejectLimit));
        if (KeepMaps && DryRun)
            throw new ArgumentException("A dry run leaves no maps: KeepMaps has no effect.", nameof(KeepMaps));
    }

    private static void Defined<TEnum>(TEnum value, string option) where TEnum : struct, Enum
    {
        if (!Names<TEnum>.IsDefined(value))
            throw new ArgumentOutOfRangeException(option, value, $"{option} is no {typeof(TEnum).Name}.");
    }
}

/// <summary>How far putting rows in has come.</summary>
public sealed record PutProgress
{
    /// <summary>
    /// Table that rows are staged for, or that <see cref="Phase"/> is at: several, with commas, that refer to each other in a circle; null
    /// where it is at all of them.
    /// </summary>
    public string? Table { get; init; }

    /// <summary>What the server does, once all rows are staged; null before.</summary>
    public PutPhase? Phase { get; init; }

    /// <summary>Rows staged for it so far.</summary>
    public long RowsStaged { get; init; }
}

/// <summary>A phase of <c>dup_select.put_schema</c>. Each goes through the tables one by one.</summary>
public enum PutPhase
{
    /// <summary>What was staged is read as the table takes it.</summary>
    Read,
    /// <summary>Rows that break a rule are put aside.</summary>
    Check,
    /// <summary>Rows are looked for by their natural keys.</summary>
    Find,
    /// <summary>New rows are inserted, and others updated.</summary>
    Put,
    /// <summary>The report is closed.</summary>
    Report,
}
