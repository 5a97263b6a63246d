using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>
/// The projects that others refer to, as these see them: made of their skeletons when first asked for, and dropped after the last
/// project that refers to them. Where projects refer to each other in a circle, one of them is made without the next.
/// </summary>
internal sealed class ReferencedProjects
{
    private readonly ExtractOptions _options;
    private readonly ProjectTree _projects;
    private readonly LargeStackWorkers _workers;
    private readonly Dictionary<int, Made?> _made = [];
    private readonly int[] _lastUse;
    private long _held;

    public ReferencedProjects(ExtractOptions options, ProjectTree projects, LargeStackWorkers workers)
    {
        (_options, _projects, _workers) = (options, projects, workers);
        _lastUse = new int[projects.All.Length];
        foreach (var entry in projects.All)
            foreach (var seen in projects.SeenBy(entry))
                _lastUse[seen.Number] = entry.Number;
    }

    /// <summary>What a project refers to, whether itself or through others.</summary>
    public async Task<IReadOnlyList<MetadataReference>> OfAsync(int number, CancellationToken cancellationToken)
    {
        var references = new List<MetadataReference>();
        if (number < 0)
            return references;
        foreach (var seen in _projects.SeenBy(_projects.All[number]))
        {
            if (!_made.TryGetValue(seen.Number, out var made))
            {
                _made.Add(seen.Number, null);
                _made[seen.Number] = made = await MakeAsync(seen, cancellationToken).ConfigureAwait(false);
            }
            if (made is not null)
                references.Add(made.Reference);
        }
        return references;
    }

    /// <summary>Drops what no project after this one refers to.</summary>
    public void EndOf(int number)
    {
        foreach (var (made, chars) in _made.Where(made => _lastUse[made.Key] <= number).Select(made => (made.Key, made.Value?.Chars ?? 0)).ToList())
        {
            _made.Remove(made);
            _held -= chars;
        }
    }

    private async Task<Made> MakeAsync(ProjectEntry entry, CancellationToken cancellationToken)
    {
        var references = await OfAsync(entry.Number, cancellationToken).ConfigureAwait(false);
        var sources = ProjectTree.Sources(entry, new SourceWalk(_options.Directory, static _ => { }));
        var parts = _workers.InOrderAsync(
            sources, file => FlatTree.MemoryOf(file, _options.MaxMemory), _options.MaxMemory, file => Part(file, cancellationToken), cancellationToken);
        var trees = new List<SyntaxTree>();
        var friends = new List<string>();
        var chars = 0L;
        await foreach (var part in parts.ConfigureAwait(false))
        {
            if (part is null || _held + part.Tree.Length > BindingLimits.MaxSkeletonChars(_options.MaxMemory))
                continue;
            chars += part.Tree.Length;
            _held += part.Tree.Length;
            trees.Add(part.Tree);
            friends.AddRange(part.Friends);
        }
        var compilation = Compilations.Of(entry.Project.Assembly, entry.Project.Items, friends, trees, references);
        return new Made(compilation.ToMetadataReference(), chars);
    }

    private FilePart? Part(SourceEntry file, CancellationToken cancellationToken)
    {
        if (SourceFile.Read(_options.Directory, file.Path, _options.MaxFileBytes) is not { } source || source.IsGenerated())
            return null;
        var root = ParsedSource.Parse(source.Text, file.Path, file.Parsing, _options.MaxMemory, cancellationToken)
            .Syntax.GetRoot(cancellationToken);
        var tree = SyntaxFactory.ParseSyntaxTree(Skeleton.Of(root), file.Parsing, cancellationToken: cancellationToken);
        return new FilePart(tree, [.. Skeleton.FriendsOf(root)]);
    }

    private sealed record FilePart(SyntaxTree Tree, ImmutableArray<string> Friends);

    private sealed record Made(MetadataReference Reference, long Chars);
}
