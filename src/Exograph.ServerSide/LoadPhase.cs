namespace Exograph.ServerSide;

/// <summary>A phase of <c>finalize_load</c>: the files of <c>sql/load</c> follow them.</summary>
public enum LoadPhase
{
    /// <summary>A newer database, or a session that only calls itself so, says something that this library does not know.</summary>
    Unknown,
    /// <summary>Not finalized: somebody lists the rows that break a rule.</summary>
    Check,
    /// <summary>The staging is there, and was not emptied by a crash.</summary>
    Verify,
    /// <summary>Rows that break a rule are found.</summary>
    Validate,
    /// <summary>Indexes are built.</summary>
    Index,
    /// <summary>Other writers wait from here on.</summary>
    CloseGate,
    /// <summary>Query indexes of the dimensions are dropped.</summary>
    DeferIndexes,
    /// <summary>A dimension takes the staged rows by natural key.</summary>
    Merge,
    /// <summary>Rows of files that are staged again give way.</summary>
    Replace,
    /// <summary>Numbers of facts become ids.</summary>
    Resolve,
    /// <summary>Facts become a partition.</summary>
    Attach,
    /// <summary>Few facts go into the shared partition.</summary>
    Share,
    /// <summary>What the load declares complete is entered.</summary>
    DeclareComplete,
    /// <summary>Which earlier loads this one leans on is entered.</summary>
    NoteDependencies,
    /// <summary>Statistics are collected.</summary>
    Analyze,
    /// <summary>Partitions of old loads are merged.</summary>
    MergePartitions,
    /// <summary>The report is closed, and the staging goes.</summary>
    Finish,
}

/// <summary>The words that the server has for phases.</summary>
internal static class LoadPhases
{
    public static LoadPhase Parse(string words) => Names<LoadPhase>.Find(words.Replace(' ', '_')) ?? LoadPhase.Unknown;

    /// <summary>Takes a notice apart that tells of a phase, and the table at work where it concerns one: <c>load 7: merge files</c>.</summary>
    public static (LoadPhase? Phase, IndexTable? Table) ParseNotice(string notice, int loadId)
    {
        var begin = $"load {loadId}: ";
        if (!notice.StartsWith(begin, StringComparison.Ordinal))
            return (null, null);
        var words = notice[begin.Length..];
        var table = words.LastIndexOf(' ') is > 0 and var space ? Names<IndexTable>.Find(words[(space + 1)..]) : null;
        var phase = Parse(table is null ? words : words[..words.LastIndexOf(' ')]);
        return phase == LoadPhase.Unknown ? (null, null) : (phase, table);
    }
}
