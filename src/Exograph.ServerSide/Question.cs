using System.Globalization;
using Npgsql;
using static Exograph.ServerSide.Statements;

namespace Exograph.ServerSide;

/// <summary>A function of schema <c>exograph_find</c>, and how a row of its answer is read.</summary>
/// <param name="Name">Name of the function.</param>
/// <param name="Columns">What is read of a row, in the order of <paramref name="Read"/>; the token is last.</param>
/// <param name="Read">Reads a row.</param>
/// <param name="After">Type of its argument <c>after</c>; null where the answer has no pages.</param>
/// <param name="MostRows">
/// Most rows to hold at a time. The answers of most questions are computed as a whole for any page: the fewer pages the better.
/// </param>
internal sealed record Question<T>(
    string Name, string Columns, Func<NpgsqlDataReader, T> Read, string? After = null, int MostRows = 64_000);

/// <summary>The questions that can be asked.</summary>
internal static class FindStatements
{
    private const string ByText = "text";
    private const string ById = "bigint";

    /// <summary>Sources may be large.</summary>
    private const int MostSources = 16;

    private const string Symbol =
        "ecosystem, package, version, path, file_id, line, col, kind, qualified_name, arity, fragment_id, place";

    private const string Call = "ecosystem, package, version, path, file_id, level, line, col, caller, callee, metadata, "
        + "caller_node_id, callee_node_id, call_site_fragment_id";

    private const string Fragment =
        "ecosystem, package, version, path, file_id, line, end_line, kind, module, name, arity, mass, fragment_id";

    private const string File = "ecosystem, package, version, path, file_id, paths, lines, bytes, encode(sha256, 'hex'), source";

    public static readonly Question<FoundSymbol> Definitions = new("definitions", Symbol, ReadSymbol, ByText);

    public static readonly Question<FoundSymbol> ReferencesTo = new("references_to", Symbol, ReadSymbol, ByText);

    public static readonly Question<FoundCall> Callers = new("callers", Call + ", step", r => ReadCall(r, r.GetString(14)), ByText);

    public static readonly Question<FoundCall> Callees = new("callees", Call + ", step", r => ReadCall(r, r.GetString(14)), ByText);

    public static readonly Question<FoundCall> CallPath = new("call_path", Call, r => ReadCall(r, token: null));

    public static readonly Question<FoundFragment> FragmentsWith = new("fragments_with", Fragment, ReadFragment, ById);

    public static readonly Question<FoundFragment> CopiesOf = new("copies_of", Fragment, ReadFragment, ById);

    public static readonly Question<FoundFragment> Similar = new("similar", Fragment + ", similarity, rank",
        r => ReadFragment(r) with { Similarity = r.GetDouble(13), Token = r.GetString(14) }, ByText);

    public static readonly Question<FileCopy> CopiesOfFile = new("copies_of_file", "ecosystem, package, version, path, file_id",
        r => new FileCopy
        {
            Ecosystem = Text(r, 0),
            Package = Text(r, 1),
            Version = Text(r, 2),
            Path = r.GetString(3),
            FileId = r.GetInt64(4),
            Token = IdToken(r, 4),
        }, ById);

    public static readonly Question<SharedFragment> SharedCode = new("shared_code", """
        mass, kind, version, path, line, end_line, module, name, copies, fragment_id, other_version, other_path, other_line,
        other_end_line, other_module, other_name, other_copies, other_fragment_id, rank
        """, r => new SharedFragment
    {
        Mass = r.GetInt32(0),
        Kind = r.GetString(1),
        One = ReadSide(r, 2),
        Other = ReadSide(r, 10),
        Token = r.GetString(18),
    }, ByText);

    public static readonly Question<FoundChange> Changes = new("changes",
        "what, change, kind, name, arity, path, old_path, file_id, old_file_id, place", r => new FoundChange
        {
            What = r.GetString(0),
            Change = r.GetString(1),
            Kind = Text(r, 2),
            Name = r.GetString(3),
            Arity = Integer(r, 4),
            Path = Text(r, 5),
            OldPath = Text(r, 6),
            FileId = Number(r, 7),
            OldFileId = Number(r, 8),
            Token = r.GetString(9),
        }, ByText);

    public static readonly Question<FoundText> Lines = new("text",
        "ecosystem, package, version, path, file_id, line, col, found_in, match, text, hit", r => new FoundText
        {
            Ecosystem = Text(r, 0),
            Package = Text(r, 1),
            Version = Text(r, 2),
            Path = r.GetString(3),
            FileId = r.GetInt64(4),
            Line = Integer(r, 5),
            Col = r.GetInt32(6),
            In = r.GetString(7) == "comment" ? IndexedTexts.Comments : IndexedTexts.Sources,
            Match = r.GetString(8),
            Text = r.GetString(9),
            Token = r.GetString(10),
        }, ByText);

    public static readonly Question<IndexedFile> FileOfId = new("file", File, ReadFile);

    public static readonly Question<IndexedFile> FilesOfPath = new("file", File, ReadFile, ById, MostSources);

    public static readonly Question<OutlineEntry> Outline = new("outline",
        "depth, line, end_line, col, kind, name, arity, qualified_name, fragment_id", r => new OutlineEntry
        {
            Depth = r.GetInt32(0),
            Line = Integer(r, 1),
            EndLine = Integer(r, 2),
            Col = Integer(r, 3),
            Kind = r.GetString(4),
            Name = r.GetString(5),
            Arity = Integer(r, 6),
            QualifiedName = r.GetString(7),
            FragmentId = Number(r, 8),
        });

    private static FoundSymbol ReadSymbol(NpgsqlDataReader r) => new()
    {
        Ecosystem = Text(r, 0),
        Package = Text(r, 1),
        Version = Text(r, 2),
        Path = r.GetString(3),
        FileId = r.GetInt64(4),
        Line = Integer(r, 5),
        Col = Integer(r, 6),
        Kind = r.GetString(7),
        QualifiedName = r.GetString(8),
        Arity = Integer(r, 9),
        FragmentId = Number(r, 10),
        Token = r.GetString(11),
    };

    private static FoundCall ReadCall(NpgsqlDataReader r, string? token) => new()
    {
        Ecosystem = Text(r, 0),
        Package = Text(r, 1),
        Version = Text(r, 2),
        Path = Text(r, 3),
        FileId = Number(r, 4),
        Level = r.GetInt32(5),
        Line = Integer(r, 6),
        Col = Integer(r, 7),
        Caller = r.GetString(8),
        Callee = r.GetString(9),
        Metadata = r.GetString(10),
        CallerNodeId = r.GetInt64(11),
        CalleeNodeId = r.GetInt64(12),
        CallSiteFragmentId = Number(r, 13),
        Token = token,
    };

    private static FoundFragment ReadFragment(NpgsqlDataReader r) => new()
    {
        Ecosystem = Text(r, 0),
        Package = Text(r, 1),
        Version = Text(r, 2),
        Path = r.GetString(3),
        FileId = r.GetInt64(4),
        Line = r.GetInt32(5),
        EndLine = Integer(r, 6),
        Kind = r.GetString(7),
        Module = Text(r, 8),
        Name = Text(r, 9),
        Arity = Integer(r, 10),
        Mass = r.GetInt32(11),
        FragmentId = r.GetInt64(12),
        Token = IdToken(r, 12),
    };

    private static SharedSide ReadSide(NpgsqlDataReader r, int first) => new()
    {
        Version = r.GetString(first),
        Path = r.GetString(first + 1),
        Line = r.GetInt32(first + 2),
        EndLine = Integer(r, first + 3),
        Module = Text(r, first + 4),
        Name = Text(r, first + 5),
        Copies = r.GetInt64(first + 6),
        FragmentId = r.GetInt64(first + 7),
    };

    private static IndexedFile ReadFile(NpgsqlDataReader r) => new()
    {
        Ecosystem = Text(r, 0),
        Package = Text(r, 1),
        Version = Text(r, 2),
        Path = r.GetString(3),
        FileId = r.GetInt64(4),
        Paths = r.GetFieldValue<string[]>(5),
        Lines = r.GetInt32(6),
        Bytes = r.GetInt32(7),
        Sha256 = r.GetString(8),
        Source = r.GetString(9),
        Token = IdToken(r, 4),
    };

    private static string IdToken(NpgsqlDataReader r, int column) => r.GetInt64(column).ToString(CultureInfo.InvariantCulture);
}
