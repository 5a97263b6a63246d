using System.CommandLine;

namespace Exograph.ServerSide.Cli;

/// <summary>The options of a load that both <c>load</c> and <c>finalize</c> take.</summary>
internal sealed class LoadOptionSet
{
    private readonly Option<string?> _onReject = new Option<string?>("--on-reject")
    {
        Description = "What becomes of the load when rows break a rule: it fails, or skips the rows.",
    }.AcceptOnlyFromAmong("fail", "skip");

    private readonly Option<long?> _rejectLimit = new("--reject-limit")
    {
        Description = "Most rows to skip. Any number by default.",
        HelpName = "rows",
    };

    private readonly Option<bool> _keepMaps = new("--keep-maps")
    {
        Description = "Keep the tables that map numbers to ids, until exograph.drop_maps.",
    };

    private readonly Option<long?> _partitionThreshold = new("--partition-threshold")
    {
        Description = "Rows from which a fact table gets a partition of its own.",
        HelpName = "rows",
    };

    private readonly Option<bool> _deferIndexes = new("--defer-indexes")
    {
        Description = "Drop the query indexes of files, terms, fragments and graph nodes, until rebuild-indexes.",
    };

    private readonly Option<bool> _replace = new("--replace")
    {
        Description = "Have what the index holds of the same files give way, in the tables that the load brings rows of or declares "
            + "complete: for versions that were indexed before. Needs DELETE on these tables.",
    };

    private readonly Option<int?> _mostPartitions = new("--most-partitions")
    {
        Description = "Partitions of a fact table beyond which those of old loads are merged, down to about half of them.",
        HelpName = "number",
    };

    public void AddTo(Command command)
    {
        command.Add(_onReject);
        command.Add(_rejectLimit);
        command.Add(_keepMaps);
        command.Add(_partitionThreshold);
        command.Add(_deferIndexes);
        command.Add(_replace);
        command.Add(_mostPartitions);
    }

    /// <summary>As options of finalizing a load that is open.</summary>
    public FinalizeOptions ForFinalize(ParseResult parsed) => new()
    {
        OnReject = parsed.GetValue(_onReject) switch
        {
            null => null,
            "skip" => RejectPolicy.Skip,
            _ => RejectPolicy.Fail,
        },
        RejectLimit = parsed.GetValue(_rejectLimit),
        KeepMaps = parsed.GetValue(_keepMaps) ? true : null,
        PartitionThreshold = parsed.GetValue(_partitionThreshold),
        DeferIndexes = parsed.GetValue(_deferIndexes) ? true : null,
        Mode = parsed.GetValue(_replace) ? LoadMode.Replace : null,
        MostPartitions = parsed.GetValue(_mostPartitions),
    };

    /// <summary>As options of a load that is begun.</summary>
    public LoadOptions ForLoad(ParseResult parsed)
    {
        var options = ForFinalize(parsed);
        if (options.RejectLimit is not null && options.OnReject != RejectPolicy.Skip)
            throw new UsageException("--reject-limit bounds the rows that are skipped: it needs --on-reject skip");
        return new LoadOptions
        {
            OnReject = options.OnReject,
            RejectLimit = options.RejectLimit,
            KeepMaps = options.KeepMaps,
            PartitionThreshold = options.PartitionThreshold,
            DeferIndexes = options.DeferIndexes,
            Mode = options.Mode,
            MostPartitions = options.MostPartitions,
        };
    }
}
