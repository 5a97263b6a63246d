using System.Text.RegularExpressions;

namespace Exograph.ServerSide.Cli;

/// <summary>How a row of an answer is shown to a person.</summary>
/// <param name="Headers">Columns of a table.</param>
/// <param name="Cells">Their values.</param>
/// <param name="LeastFirst">Columns that a narrow terminal can do without, the one that would be missed least first.</param>
internal sealed record AnswerTable<T>(string[] Headers, Func<T, object?[]> Cells, params string[] LeastFirst)
{
    /// <summary>Where in its source a row is; null where it is in none.</summary>
    public Func<T, SourcePlace>? Source { get; init; }

    /// <summary>Whether source is shown without being asked for, and no table.</summary>
    public bool IsSource { get; init; }

    /// <summary>Whether a single row is a file to be shown with its source, below the table.</summary>
    public Func<T, string>? WholeSource { get; init; }
}

/// <summary>A place in the source of a file.</summary>
/// <param name="File">The file, for the heading.</param>
/// <param name="FileId">Its id; null where it is not known.</param>
/// <param name="Title">What is there; null where that goes without saying.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Col">Column, from 1, in whatever unit.</param>
/// <param name="Mark">What is to be marked in the line.</param>
/// <param name="Text">The line, where it is known already.</param>
internal sealed record SourcePlace(string File, long? FileId, string? Title, int? Line, int? Col, string Mark, string Text = "");

/// <summary>How the answers of each question are shown.</summary>
internal static partial class AnswerTable
{
    public static AnswerTable<FoundSymbol> Symbols { get; } = new(
        ["kind", "name", "package", "place"], s => [s.Kind, Name(s.QualifiedName), Named(s), At(s.Path, s.Line, s.Col)])
    {
        Source = s => new(Place(s), s.FileId, $"{s.Kind} {s.QualifiedName}", s.Line, s.Col, LastPart(s.QualifiedName)),
    };

    public static AnswerTable<FoundCall> Calls { get; } = new(
        ["level", "caller", "callee", "package", "place"],
        c => [c.Level, Name(c.Caller), Name(c.Callee), Named(c), At(c.Path, c.Line, c.Col)], "package")
    {
        Source = c => new(Place(c), c.FileId, $"{c.Caller} calls {c.Callee}", c.Line, c.Col, LastPart(c.Callee)),
    };

    public static AnswerTable<FoundFragment> Fragments { get; } = new(
        ["kind", "name", "mass", "package", "place", "fragment"],
        f => [f.Kind, Name(Full(f.Module, f.Name)), f.Mass, Named(f), Span(f.Path, f.Line, f.EndLine), Id(f.FragmentId)], "mass")
    {
        Source = SourceOf,
    };

    public static AnswerTable<FoundFragment> Similar { get; } = new(
        ["similar", "kind", "name", "mass", "package", "place", "fragment"],
        f => [$"{Math.Floor(100 * f.Similarity ?? 0)}%", .. Fragments.Cells(f)], "mass", "kind")
    {
        Source = SourceOf,
    };

    public static AnswerTable<PlacedAnswer> Copies { get; } = new(
        ["package", "place", "id"], a => a is FoundFragment f
            ? [Named(f), Span(f.Path, f.Line, f.EndLine), Id(f.FragmentId)]
            : [Named(a), Name(a.Path), Id(a.FileId)]);

    public static AnswerTable<SharedFragment> Shared { get; } = new(
        ["mass", "kind", "name", "one", "copies", "other", "other copies"],
        s => [s.Mass, s.Kind, Name(Full(s.One.Module, s.One.Name)), Side(s.One), s.One.Copies, Side(s.Other), s.Other.Copies],
        "kind", "other copies", "copies");

    public static AnswerTable<FoundChange> Changes { get; } = new(
        ["change", "what", "name", "file"],
        c => [c.Change, c.Kind ?? c.What, Name(c.Name), Name(c.What == "file" ? Before(c) : c.Path ?? c.OldPath)]);

    public static AnswerTable<FoundText> Lines { get; } = new(
        ["package", "place", "text"], t => [Named(t), At(t.Path, t.Line, t.Col), t.Text])
    {
        Source = t => new(Place(t), t.FileId, null, t.Line, t.Col, t.Match, t.Text),
        IsSource = true,
    };

    public static AnswerTable<IndexedFile> Files { get; } = new(
        ["package", "path", "lines", "bytes", "file"],
        f => [Named(f), Name(f.Path), f.Lines, f.Bytes, Id(f.FileId)], "bytes")
    {
        WholeSource = f => f.Source,
    };

    public static AnswerTable<OutlineEntry> Outline { get; } = new(
        ["lines", "definition"],
        o => [Range(o.Line, o.EndLine), $"{new string(' ', 2 * o.Depth)}{o.Kind} {o.Name}{(o.Arity is { } arity ? $"/{arity}" : "")}"]);

    /// <summary>The file of a row, with its package.</summary>
    public static string Place(PlacedAnswer answer) => $"{answer.Ecosystem} {Package(answer)} {answer.Path}".Trim();

    /// <summary>Which ecosystem it is of, a table does not say: names of packages are seldom in several.</summary>
    private static string Package(PlacedAnswer answer) => $"{answer.Package} {answer.Version}".Trim();

    private static Whole Named(PlacedAnswer answer) => Name(Package(answer));

    private static SourcePlace SourceOf(FoundFragment f) => new(
        Place(f), f.FileId, $"{f.Kind} {Full(f.Module, f.Name)}".TrimEnd() + $", fragment {f.FragmentId}", f.Line, null, f.Name ?? "");

    private static string? Before(FoundChange file) => file.Path is null || file.OldPath == file.Path ? null : file.OldPath;

    private static string Full(string? module, string? name) => module is null ? name ?? "" : $"{module}.{name}";

    private static Whole Name(string? name) => new(name, KeepsEnd: true);

    private static string Id(long? id) => $"{id}";

    private static Whole At(string? path, int? line, int? col) => Name(
        $"{path}{(line is null ? "" : $":{line}")}{(line is null || col is null ? "" : $":{col}")}");

    private static Whole Span(string? path, int? line, int? endLine) => Name($"{path}:{Range(line, endLine)}");

    private static Whole Side(SharedSide side) => Name($"{side.Version} {side.Path}:{side.Line}");

    private static string Range(int? line, int? endLine) => endLine is null || endLine == line ? $"{line}" : $"{line}-{endLine}";

    /// <summary>What stands in a source for a qualified name: its last word.</summary>
    private static string LastPart(string name) => Word().Matches(Arity().Replace(name, "")) is [.., var last] ? last.Value : "";

    [GeneratedRegex(@"/\d+$")]
    private static partial Regex Arity();

    [GeneratedRegex(@"[\w?!]+")]
    private static partial Regex Word();
}
