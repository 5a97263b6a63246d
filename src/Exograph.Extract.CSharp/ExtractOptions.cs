namespace Exograph.Extract.CSharp;

/// <summary>What to extract, and under which name.</summary>
public sealed record ExtractOptions
{
    /// <summary>The folder to read. Paths in the bundle are relative to it.</summary>
    public required string Directory { get; init; }

    /// <summary>The ecosystem of the packages.</summary>
    public string Ecosystem { get; init; } = "nuget";

    /// <summary>The one package that all files belong to; null makes a package of every project file below the folder.</summary>
    public string? Package { get; init; }

    /// <summary>The version of <see cref="Package"/>; given with it, and only with it.</summary>
    public string? Version { get; init; }

    /// <summary>The least number of syntax nodes that makes a fragment of a statement or an expression.</summary>
    public int MinMass { get; init; } = 32;

    /// <summary>How many files are parsed at once. Does not change what comes out.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Files of more bytes than this are left out, with a warning; a tree takes several hundred times as many.</summary>
    public int MaxFileBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Bytes of memory that files being parsed may take together, roughly; one that would take more alone is stored without
    /// fragments, with a warning. A file takes up to 2,500 bytes for each of its tokens.
    /// </summary>
    public long MaxMemory { get; init; } = 1L << 30;

    /// <summary>
    /// Whether names are bound by the compiler, where the sources are few enough and it gets on with them; else all are resolved by
    /// syntax, which is faster and finds less.
    /// </summary>
    public bool Bind { get; init; } = true;

    /// <summary>How long the names of one file may be bound; the rest of them are then resolved by syntax, with a warning.</summary>
    public TimeSpan MaxBindingTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Preprocessor symbols that are defined in every file, besides those of its project.</summary>
    public IReadOnlyList<string> Define { get; init; } = [];

    /// <summary>The target framework to read projects as that have it; else the newest of each.</summary>
    public string? Framework { get; init; }

    /// <summary>Is told what may be worth knowing, and loses nothing: as which target framework a project is read.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Is told, in the order of the files, of what was left out or replaced.</summary>
    public Action<string>? Warn { get; init; }
}

/// <summary>How far an extraction has come.</summary>
/// <param name="Files">Files written.</param>
/// <param name="Rows">Rows of all tables written.</param>
public readonly record struct ExtractProgress(long Files, long Rows);

/// <summary>What an extraction wrote.</summary>
public sealed record ExtractSummary
{
    /// <summary>The number of rows by table name, for every table of the bundle format.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>The number of warnings given.</summary>
    public required long Warnings { get; init; }
}

/// <summary>The input or the options cannot be used; the message says which and why.</summary>
public sealed class ExtractException : Exception
{
    /// <summary>Makes the exception.</summary>
    public ExtractException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception with what led to it.</summary>
    public ExtractException(string message, Exception inner) : base(message, inner)
    {
    }
}
