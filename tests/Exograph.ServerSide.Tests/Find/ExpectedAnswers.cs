using System.Globalization;
using Exograph.ServerSide.Tests.Model;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>The package, version and ecosystem that a question is about; null where any.</summary>
internal sealed record Scope(string? Package, string? Version, string? Ecosystem)
{
    public bool Holds(FileRow file) => Holds(file.Package, file.Version, file.Ecosystem);

    public bool Holds(NodeRow node) => Holds(node.Package, node.Version, node.Ecosystem);

    private bool Holds(string? package, string? version, string? ecosystem) =>
        (Package is null || Package == package) && (Version is null || Version == version)
        && (Ecosystem is null || Ecosystem == ecosystem);
}

/// <summary>The answers of every question, found by looking at all rows.</summary>
internal sealed class ExpectedAnswers(IndexRows rows)
{
    private static readonly Comparer<string> s_bytewise = Comparer<string>.Create(Cell.CompareText);

    public List<string> Definitions(string name, Scope scope, string? kind)
    {
        var asked = new AskedName(name);
        return Symbols(rows.Definitions.Where(d => asked.Is(d.QualifiedName) || asked.Ends(d)), scope, kind);
    }

    public List<string> References(string name, Scope scope, string? kind)
    {
        var isNamed = Named(name);
        return Symbols(rows.References.Where(r => isNamed(r.QualifiedName)), scope, kind);
    }

    /// <summary>Calls towards the callers, or the callees, of a name.</summary>
    public List<string> Calls(string name, bool towardsCallers, int? depth, Scope scope)
    {
        var answers = new List<string>();
        var nodes = WithNamesakes(Nodes(name, scope), towardsCallers);
        var reached = nodes.ToHashSet();
        for (var level = 1; nodes.Count > 0 && (depth is null || level <= depth); level++)
        {
            var met = rows.Calls.Where(c => nodes.Contains(towardsCallers ? c.CalleeNodeId : c.CallerNodeId)).ToList();
            answers.AddRange(met
                .OrderBy(c => towardsCallers ? c.CalleeQualifiedName : c.CallerQualifiedName, s_bytewise)
                .ThenBy(c => towardsCallers ? c.CallerQualifiedName : c.CalleeQualifiedName, s_bytewise)
                .ThenBy(c => c.CallerNodeId).ThenBy(c => c.CalleeNodeId).ThenBy(c => c.Line ?? -1).ThenBy(c => c.Col ?? -1)
                .Select(c => Row(level, c.CallerQualifiedName, c.CalleeQualifiedName, c.CallerNodeId, c.CalleeNodeId, c.FileId, c.Line)));
            nodes = [.. WithNamesakes(met.Select(c => towardsCallers ? c.CallerNodeId : c.CalleeNodeId), towardsCallers).Where(reached.Add)];
        }
        return answers;
    }

    /// <summary>How many calls a shortest path has; null where none leads there.</summary>
    public int? Distance(string name, string other, int? depth, Scope scope)
    {
        var (nodes, ends) = (WithNamesakes(Nodes(name, scope), false), WithNamesakes(Nodes(other, scope), true));
        for (var length = 1; length <= (depth ?? rows.Nodes.Count + 1); length++)
        {
            var met = rows.Calls.Where(c => nodes.Contains(c.CallerNodeId)).Select(c => c.CalleeNodeId).ToList();
            if (ends.Overlaps(met))
                return length;
            nodes = WithNamesakes(met, false);
        }
        return null;
    }

    /// <summary>Whether calls, in order, are a path from one name to another.</summary>
    public bool IsPath(IReadOnlyList<(long Caller, long Callee)> path, string name, string other, Scope scope) =>
        WithNamesakes(Nodes(name, scope), false).Contains(path[0].Caller)
        && WithNamesakes(Nodes(other, scope), true).Contains(path[^1].Callee)
        && path.All(step => rows.Calls.Any(c => (c.CallerNodeId, c.CalleeNodeId) == step))
        && path.Zip(path.Skip(1)).All(steps => WithNamesakes([steps.First.Callee], false).Contains(steps.Second.Caller));

    public List<string> FragmentsWith(IReadOnlyList<string> terms, Scope scope, string? kind) => Fragments(
        rows.Fragments.Values.Where(f => terms.All(f.Terms.Contains) && (kind is null || f.Kind == kind)), scope);

    public List<string> CopiesOf(long fragment, Scope scope) => Fragments(
        rows.Fragments.Values.Where(f => f.Id != fragment && f.ExactHash is { } hash
                                         && hash == rows.Fragments.GetValueOrDefault(fragment)?.ExactHash), scope);

    public List<string> CopiesOfFile(long file, Scope scope) =>
    [
        .. rows.Files.Values
            .Where(f => f.Id != file && f.Sha256 == rows.Files.GetValueOrDefault(file)?.Sha256 && scope.Holds(f)).OrderBy(f => f.Id)
            .Select(f => Row(f.Id, f.Ecosystem, f.Package, f.Version, f.Path)),
    ];

    public List<string> SharedCode(FileRow[] files, FileRow[] others, int minimumMass)
    {
        var here = Copies(files);
        var there = Copies(others);
        return
        [
            .. here.Keys.Where(there.ContainsKey).OrderByDescending(h => here[h][0].Mass).ThenBy(h => h, StringComparer.Ordinal)
                .Select(h => Row(here[h][0].Mass, here[h].Count, here[h][0].Id, there[h].Count, there[h][0].Id)),
        ];

        Dictionary<string, List<FragmentRow>> Copies(FileRow[] of) => rows.Fragments.Values
            .Where(f => f.ExactHash is not null && f.Mass >= minimumMass && of.Any(file => file.Id == f.FileId)).OrderBy(f => f.Id)
            .GroupBy(f => f.ExactHash!).ToDictionary(g => g.Key, g => g.ToList());
    }

    public List<string> Similar(long fragment, double minimum, Scope scope)
    {
        var hashes = rows.Fragments.GetValueOrDefault(fragment)?.SubHashes ?? [];
        return
        [
            .. from other in rows.Fragments.Values
               where other.Id != fragment && other.SubHashes.Intersect(hashes).Any() && scope.Holds(rows.Files[other.FileId])
               let similarity = (double)other.SubHashes.Intersect(hashes).Count() / other.SubHashes.Union(hashes).Count()
               where similarity >= minimum
               orderby similarity descending, other.Id
               select Row(other.Id, similarity.ToString("F6", CultureInfo.InvariantCulture)),
        ];
    }

    public List<string> Changes(FileRow[] before, FileRow[] now) =>
    [
        .. ChangedDefinitions(before, now)
            .OrderBy(d => d.Name, s_bytewise).ThenBy(d => d.Arity ?? -1).ThenBy(d => d.Kind, StringComparer.Ordinal)
            .Select(d => Row("definition", d.Change, d.Kind, d.Name, d.Arity, null)),
        .. ChangedFiles(before, now).OrderBy(f => f.Path, s_bytewise).Select(f => Row("file", f.Change, null, f.Path, null, f.Was)),
    ];

    /// <summary>Lines that hold a text, or begin with it.</summary>
    public List<string> Text(string text, bool atBegin, bool ignoreCase, bool inSources, bool inComments, Scope scope)
    {
        var sources = from file in inSources ? rows.Files.Values : []
                      from hit in Lines(file.Source)
                      select (File: file.Id, Line: (int?)hit.Number, Col: -1, In: "source", hit.Text, Digest: "", hit.Number);
        var comments = from comment in inComments ? rows.Comments : []
                       from hit in Lines(comment.Text)
                       select (File: comment.FileId, Line: comment.Line + hit.Number - 1, Col: comment.Col ?? -1, In: "comment",
                               hit.Text, Digest: DigestOf(comment.Text), hit.Number);
        return
        [
            .. sources.Concat(comments).Where(h => scope.Holds(rows.Files[h.File]))
                .OrderBy(h => h.File).ThenBy(h => h.Line ?? -1).ThenBy(h => h.Col).ThenBy(h => h.In, StringComparer.Ordinal)
                .ThenBy(h => h.Digest, StringComparer.Ordinal).ThenBy(h => h.Number)
                .Select(h => Row(h.File, h.Line, Place(h.Text) + 1, h.In, h.Text.Substring(Place(h.Text), text.Length),
                                 h.Text.TrimEnd('\r'))),
        ];

        IEnumerable<(int Number, string Text)> Lines(string whole) =>
            whole.Split('\n').Select((line, i) => (i + 1, line)).Where(l => Place(l.line) >= 0);

        int Place(string line)
        {
            var place = line.IndexOf(text, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
            return atBegin && place > 0 ? -1 : place;
        }
    }

    public List<string> File(string path, Scope scope) =>
    [
        .. rows.Files.Values.Where(f => f.Paths.Contains(path) && scope.Holds(f)).OrderBy(f => f.Id).Select(f => Row(
            f.Id, f.Ecosystem, f.Package, f.Version, f.Path, string.Join(';', f.Paths.Order(s_bytewise)),
            f.Source.Split('\n').Length - (f.Source.EndsWith('\n') || f.Source.Length == 0 ? 1 : 0), f.Source)),
    ];

    public List<string> Outline(long file)
    {
        var defined = rows.Definitions.Where(d => d.FileId == file).Select(d =>
        {
            var fragment = d.FragmentId is { } id ? rows.Fragments[id] : null;
            return (First: fragment?.Line ?? d.Line, Last: fragment?.EndLine ?? fragment?.Line ?? d.Line, Definition: d);
        }).ToList();
        return
        [
            .. defined.OrderBy(d => d.First ?? int.MaxValue).ThenByDescending(d => d.Last ?? int.MaxValue)
                .ThenBy(d => d.Definition.Line ?? int.MaxValue).ThenBy(d => d.Definition.Col ?? int.MaxValue)
                .ThenBy(d => d.Definition.QualifiedName, s_bytewise).ThenBy(d => d.Definition.Kind, StringComparer.Ordinal)
                .Select(d => Row(
                    defined.Where(o => o.First <= d.First && o.Last >= d.Last && (o.First, o.Last) != (d.First, d.Last))
                        .Select(o => (o.First, o.Last)).Distinct().Count(),
                    d.First, d.Last, d.Definition.Kind, d.Definition.QualifiedName)),
        ];
    }

    public FileRow[] FilesOf(string ecosystem, string package, string? version) =>
        [.. rows.Files.Values.Where(f => f.Ecosystem == ecosystem && f.Package == package && (version is null || f.Version == version))];

    private static string DigestOf(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private List<string> Symbols(IEnumerable<SymbolRow> symbols, Scope scope, string? kind) =>
    [
        .. symbols.Where(s => (kind is null || s.Kind == kind) && scope.Holds(rows.Files[s.FileId]))
            .OrderBy(s => s.QualifiedName, s_bytewise).ThenBy(s => s.FileId).ThenBy(s => s.Line ?? -1).ThenBy(s => s.Col ?? -1)
            .ThenBy(s => s.Kind, StringComparer.Ordinal)
            .Select(s => Row(rows.Files[s.FileId].Ecosystem, rows.Files[s.FileId].Package, rows.Files[s.FileId].Version,
                             rows.Files[s.FileId].Path, s.Line, s.Col, s.Kind, s.QualifiedName, s.Arity, s.FragmentId)),
    ];

    private List<string> Fragments(IEnumerable<FragmentRow> fragments, Scope scope) =>
    [
        .. fragments.Where(f => scope.Holds(rows.Files[f.FileId])).OrderBy(f => f.Id)
            .Select(f => Row(f.Id, rows.Files[f.FileId].Package, rows.Files[f.FileId].Path, f.Line, f.EndLine, f.Kind, f.Name, f.Mass)),
    ];

    /// <summary>Whether a qualified name is meant: itself, or as that of a definition that ends in what was asked for.</summary>
    private Func<string, bool> Named(string name)
    {
        var asked = new AskedName(name);
        var defined = rows.Definitions.Where(asked.Ends).Select(d => d.QualifiedName).ToHashSet(StringComparer.Ordinal);
        return qualified => asked.Is(qualified) || (asked.HasEnd && defined.Contains(qualified));
    }

    private HashSet<long> Nodes(string name, Scope scope)
    {
        var isNamed = Named(name);
        return [.. rows.Nodes.Where(n => isNamed(n.QualifiedName) && scope.Holds(n)).Select(n => n.Id)];
    }

    /// <summary>Nodes, with the external ones that mean them, or else with those that external ones among them mean.</summary>
    private HashSet<long> WithNamesakes(IEnumerable<long> nodes, bool towardsCallers)
    {
        var ids = nodes.ToHashSet();
        var from = rows.Nodes.Where(n => ids.Contains(n.Id) && n.IsExternal != towardsCallers).Select(n => (n.Engine, n.QualifiedName)).ToHashSet();
        ids.UnionWith(rows.Nodes.Where(n => n.IsExternal == towardsCallers && from.Contains((n.Engine, n.QualifiedName))).Select(n => n.Id));
        return ids;
    }

    private IEnumerable<(string Change, string Kind, string Name, int? Arity)> ChangedDefinitions(FileRow[] before, FileRow[] now)
    {
        var (old, current) = (Defined(before), Defined(now));
        foreach (var key in old.Keys.Union(current.Keys))
        {
            if (!old.TryGetValue(key, out var was))
                yield return ("added", key.Kind, key.QualifiedName, key.Arity);
            else if (!current.TryGetValue(key, out var hashes))
                yield return ("removed", key.Kind, key.QualifiedName, key.Arity);
            else if (!was.SequenceEqual(hashes))
                yield return ("changed", key.Kind, key.QualifiedName, key.Arity);
        }

        Dictionary<(string Kind, string QualifiedName, int? Arity), string[]> Defined(FileRow[] files) => rows.Definitions
            .Where(d => files.Any(f => f.Id == d.FileId)).GroupBy(d => (d.Kind, d.QualifiedName, d.Arity))
            .ToDictionary(g => g.Key, g => g.Select(d => (d.FragmentId is { } id ? rows.Fragments[id].ExactHash : null) ?? "")
                .Order(StringComparer.Ordinal).ToArray());
    }

    private static IEnumerable<(string Change, string Path, string? Was)> ChangedFiles(FileRow[] before, FileRow[] now)
    {
        var (old, current) = (Contents(before), Contents(now));
        var gone = old.Keys.Except(current.Keys).Order(s_bytewise).ToList();
        foreach (var path in current.Keys.Order(s_bytewise))
        {
            if (old.TryGetValue(path, out var was))
            {
                if (was != current[path])
                    yield return ("changed", path, path);
            }
            else if (gone.Find(p => old[p] == current[path]) is { } from)
            {
                gone.Remove(from);
                yield return ("moved", path, from);
            }
            else
            {
                yield return ("added", path, null);
            }
        }
        foreach (var path in gone)
            yield return ("removed", path, path);

        static Dictionary<string, string> Contents(FileRow[] files) =>
            (from file in files from path in file.Paths group file.Sha256 by path)
            .ToDictionary(g => g.Key, g => string.Join(' ', g.Order(StringComparer.Ordinal)));
    }

    private static string Row(params object?[] cells) =>
        string.Join('|', cells.Select(c => c is null ? "null" : Convert.ToString(c, CultureInfo.InvariantCulture)));
}
