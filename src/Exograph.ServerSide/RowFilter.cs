namespace Exograph.ServerSide;

/// <summary>A number that a row holds.</summary>
internal readonly record struct RowNumber(StagedColumn Column, long Number);

/// <summary>
/// Tells the rows that must be sent from those that exist. A fact exists where this load and an earlier one declare its table
/// complete for its file. What others refer to is sent where a row that is sent refers to it, whatever is declared, so that no
/// reference is lost. Facts that come after what they refer to find it left out only where they belong to another file; then
/// they are refused: nothing is lost in silence. Thread-safe.
/// </summary>
/// <param name="lacking">What the files lack.</param>
/// <param name="complete">The tables that this load declares complete.</param>
/// <param name="referrersFirst">
/// Whether a table is staged when all that refer to it have been. Then what they did not refer to can be left out more often.
/// </param>
internal sealed class RowFilter(FilesLacking lacking, FactTables complete, bool referrersFirst)
{
    private readonly Referred[] _referred = [.. StagedColumn.Dimensions.Select(_ => new Referred())];

    /// <summary>Fragments whose terms exist, whether they are sent or not.</summary>
    private readonly NumberSet _withTerms = new();

    /// <summary>Whether any row of a table may have to be sent; where not, it need not even be read.</summary>
    public bool MayKeep(StagedTable table) => table.Name switch
    {
        "terms" => Lacks(lacking.Any, FactTables.FragmentTerms),
        "fragments" => Lacks(lacking.Any, FactTables.All) || !ReferredOf(table).Needed.IsEmpty,
        "call_edges" or "graph_nodes" => true, // some belong to no file
        _ => table.Facts == FactTables.None || Lacks(lacking.Any, table.Facts),
    };

    /// <summary>Whether a row must be sent.</summary>
    /// <exception cref="FieldException">It refers to a row that was left out.</exception>
    public bool Keeps(StagedTable table, IReadOnlyList<RowNumber> row)
    {
        if (table.Facts == FactTables.None && table.Name != "terms")
            return true;
        long? key = null, file = null, fragment = null;
        foreach (var (column, number) in row)
        {
            if (column.IsKey)
                key = number;
            else if (column.NumberOf == "files")
                file = number;
            else if (column.NumberOf == "fragments")
                fragment = number;
        }
        var keeps = table.Name switch
        {
            "terms" => KeepsTerm(table, key),
            "fragment_terms" or "fragment_term_sets" => Lacks(lacking.Any, table.Facts) && (fragment is not { } f || !_withTerms.Contains(f)),
            "fragments" => KeepsFragment(table, key, Of(file)),
            "graph_nodes" => KeepsNode(table, key, file),
            _ => Lacks(Of(file), table.Facts),
        };
        foreach (var (column, number) in row)
        {
            if (!column.IsKey && column.Dimension >= 0)
                _referred[column.Dimension].Note(column, number, keeps);
        }
        return keeps;
    }

    private bool KeepsTerm(StagedTable table, long? key) =>
        Lacks(lacking.Any, FactTables.FragmentTerms) && !IsSpared(table, key) || !Leave(table, key);

    /// <summary>Before its referrers are known, it is sent where the file lacks any of them.</summary>
    private bool KeepsFragment(StagedTable table, long? key, FactTables lacks)
    {
        if (!Lacks(lacks, FactTables.FragmentTerms) && key is { } number)
            _withTerms.Add(number);
        return Lacks(lacks, referrersFirst ? FactTables.Fragments | FactTables.FragmentTerms : FactTables.All)
            || !Leave(table, key);
    }

    /// <summary>One that belongs to no file exists where a call exists that refers to it.</summary>
    private bool KeepsNode(StagedTable table, long? key, long? file)
    {
        var lacks = file is null
            ? !IsSpared(table, key)
            : Lacks(Of(file), referrersFirst ? FactTables.GraphNodes : FactTables.GraphNodes | FactTables.CallEdges);
        return lacks || !Leave(table, key);
    }

    private FactTables Of(long? file) => file is { } number ? lacking[number] : FactTables.All;

    private bool Lacks(FactTables lacks, FactTables tables) => ((lacks | ~complete) & tables) != 0;

    private bool IsSpared(StagedTable table, long? key) =>
        referrersFirst && key is { } number && ReferredOf(table).Spared.Contains(number);

    private bool Leave(StagedTable table, long? key) => key is { } number && ReferredOf(table).Leave(number);

    private Referred ReferredOf(StagedTable table) => _referred[table.Columns[0].Dimension];

    /// <summary>The rows of a table that others refer to.</summary>
    private sealed class Referred
    {
        private readonly NumberSet _left = new();

        /// <summary>Those that rows refer to that are sent.</summary>
        public NumberSet Needed { get; } = new();

        /// <summary>Those that rows refer to that are left out.</summary>
        public NumberSet Spared { get; } = new();

        /// <summary>Noting first and looking then, here and in <see cref="Leave"/>: of two at once, one sees the other.</summary>
        public void Note(StagedColumn column, long number, bool isSent)
        {
            (isSent ? Needed : Spared).Add(number);
            if (isSent && _left.Contains(number))
                throw new FieldException(
                    $"{column.Name} refers to row {number} of {column.NumberOf}, which was left out because it exists; stage "
                    + "facts first, then graph_nodes, fragments, fragment_terms and terms");
        }

        public bool Leave(long number)
        {
            if (Needed.Contains(number))
                return false;
            _left.Add(number);
            return !Needed.Contains(number);
        }
    }
}
