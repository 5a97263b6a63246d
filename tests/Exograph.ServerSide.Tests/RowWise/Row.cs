using Exograph.ServerSide.Tests.Loading;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>
/// One complete row for each inserter view, its parents named by natural key; each view's is a child of those before.
/// </summary>
internal static class Row
{
    private const string Version = "ecosystem='hex', package='alpha', version='1.0'";
    private const string File = Version + ", file_sha256=sha256('a')";
    private const string Symbol =
        File + ", fragment_content_hash='\\x01', kind='def', module='A', name='a', arity=0, qualified_name='A.a/0', line=1, "
        + "col=3";

    /// <summary>The views, parents before children.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Of { get; } = new[]
    {
        ("packages", "ecosystem='hex', name='alpha', metadata='{\"a\": 1}'"),
        ("package_versions", Version + ", source_ref='v1', checksum='sum', metadata='{\"b\": 2}'"),
        ("files", Version + ", path='lib/a.ex', source='source a', comments_text='why', sha256=sha256('a')"),
        ("terms", "term='call'"),
        ("fragments", File + ", content_hash='\\x01', ast='\\x02', kind='def', module='A', name='a', arity=0, line=1, "
            + "end_line=2, mass=3, exact_hash='\\x03', sub_hashes='{1,2}'"),
        ("graph_nodes", File + ", fragment_content_hash='\\x01', engine='static', external_id='x', kind='function', "
            + "module='A', name='a', arity=0, qualified_name='A.a/0', line=1, col=3, metadata='{\"c\": 3}'"),
        ("comments", File + ", fragment_content_hash='\\x01', text='why', line=1, col=3"),
        ("definitions", Symbol),
        ("symbol_references", Symbol),
        ("call_edges", File + ", call_site_content_hash='\\x01', caller_ecosystem='hex', caller_package='alpha', "
            + "caller_version='1.0', caller_file_sha256=sha256('a'), caller_engine='static', caller_kind='function', "
            + "caller_external_id='x', caller_qualified_name='A.a/0', caller_line=1, caller_col=3, callee_engine='static', "
            + "callee_kind='external', callee_qualified_name='B.b/0', line=2, col=5, metadata='{\"d\": 4}'"),
        ("fragment_terms", "fragment_content_hash='\\x01', term='call'"),
    }.ToDictionary(
        row => row.Item1,
        IReadOnlyDictionary<string, string> (row) => row.Item2.Split(", ").ToDictionary(
            column => column[..column.IndexOf('=', StringComparison.Ordinal)],
            column => column[(column.IndexOf('=', StringComparison.Ordinal) + 1)..]));

    /// <summary>The views whose rows have ids.</summary>
    public static IReadOnlyList<string> Dimensions { get; } =
        ["packages", "package_versions", "files", "terms", "fragments", "graph_nodes"];

    /// <summary>
    /// The statement that inserts the row, some of its columns changed or, with <see langword="null"/>, left out.
    /// </summary>
    public static string Insert(string view, params (string Column, string? Value)[] changes)
    {
        var row = new Dictionary<string, string>(Of[view]);
        foreach (var (column, value) in changes)
        {
            if (value is null)
                row.Remove(column);
            else
                row[column] = value;
        }
        return row.Count == 0
            ? $"INSERT INTO exograph_in.{view} DEFAULT VALUES"
            : $"INSERT INTO exograph_in.{view} ({string.Join(", ", row.Keys)}) VALUES ({string.Join(", ", row.Values)})";
    }

    public static async Task InsertAllAsync(Session session)
    {
        foreach (var view in Of.Keys)
            await session.ExecuteAsync(Insert(view));
    }

    /// <summary>Inserts what the view's row refers to.</summary>
    public static async Task InsertParentsAsync(Session session, string view)
    {
        foreach (var parent in Of.Keys.TakeWhile(parent => parent != view))
            await session.ExecuteAsync(Insert(parent));
    }
}
