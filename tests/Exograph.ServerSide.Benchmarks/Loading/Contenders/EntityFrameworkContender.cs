using Exograph.ServerSide.Benchmarks.Loading.EntityFramework;
using Exograph.ServerSide.Benchmarks.Loading.Writing;

namespace Exograph.ServerSide.Benchmarks.Loading.Contenders;

/// <summary>
/// EF Core: AddRange and SaveChanges, package by package, a fresh context each so that the change tracker does not grow; the
/// terms before them and the calls after them.
/// </summary>
internal sealed class EntityFrameworkContender : ILoadContender
{
    public string Name => "ef-core";

    public string Description => "EF Core: AddRange and SaveChanges, package by package, nothing looked up";

    public Pace Pace => Pace.Rows;

    public string UnfitForStanding => "nothing is looked up: the first row that stands is an error";

    public async Task LoadAsync(ContenderContext context, CancellationToken cancellationToken)
    {
        var ids = new ResolvedIds(context.Corpus);
        await context.PhaseAsync("packages", async () =>
        {
            await SaveAsync(
                context, context.Corpus.TermRows(), t => new StructuralTerm { Term = t.Term }, (t, e) => ids.Terms[t.Id] = e.Id,
                cancellationToken);
            foreach (var package in PackageRows.Of(context.Corpus))
                await SaveAsync(context, ids, package, cancellationToken);
        }, cancellationToken);
        var calls = context.Corpus.CallEdgeRows().DistinctBy(r => (r.CallerNodeId, r.CalleeNodeId, r.Line, r.Col));
        await context.PhaseAsync("calls", () => SaveAsync(context, calls, r => new CallEdge
        {
            PackageId = ids.PackageOfFile(r.FileId!.Value),
            PackageVersionId = ids.VersionOfFile(r.FileId.Value),
            FileId = ids.Files[r.FileId.Value],
            CallerNodeId = ids.Nodes[r.CallerNodeId],
            CalleeNodeId = ids.Nodes[r.CalleeNodeId],
            CallSiteFragmentId = ids.Fragments[r.CallSiteFragmentId!.Value],
            CallerQualifiedName = r.CallerQualifiedName,
            CalleeQualifiedName = r.CalleeQualifiedName,
            Line = r.Line!.Value,
            Col = r.Col!.Value,
        }, (_, _) => { }, cancellationToken), cancellationToken);
        await context.AnalyzeAsync(cancellationToken);
    }

    private static async Task SaveAsync(
        ContenderContext context, ResolvedIds ids, PackageRows rows, CancellationToken cancellationToken)
    {
        await SaveAsync(context, [rows.Package], p => new Package { Ecosystem = p.Ecosystem, Name = p.Name },
            (p, e) => ids.Packages[p.Id] = e.Id, cancellationToken);
        await SaveAsync(
            context, [rows.Version], v => new PackageVersion { PackageId = ids.Packages[v.PackageId], Version = v.Version },
            (v, e) => ids.Versions[v.Id] = e.Id, cancellationToken);
        await SaveAsync(context, rows.Files, r => new SourceFile
        {
            PackageId = ids.PackageOfFile(r.Id),
            PackageVersionId = ids.VersionOfFile(r.Id),
            Path = r.Path,
            Source = r.Source,
            Sha256 = r.Sha256.ToArray(),
        }, (r, e) => ids.Files[r.Id] = e.Id, cancellationToken);
        await SaveAsync(context, rows.Files, r => new FilePath { FileId = ids.Files[r.Id], Path = r.Path }, (_, _) => { },
            cancellationToken);
        await SaveAsync(context, rows.Fragments, r => new Fragment
        {
            PackageId = ids.PackageOfFile(r.FileId),
            PackageVersionId = ids.VersionOfFile(r.FileId),
            FileId = ids.Files[r.FileId],
            ContentHash = r.ContentHash!.Value.ToArray(),
            Ast = r.Ast.ToArray(),
            Kind = r.Kind,
            Module = r.Module,
            Name = r.Name,
            Arity = r.Arity,
            Line = r.Line,
            EndLine = r.EndLine,
            Mass = r.Mass,
            ExactHash = r.ExactHash?.ToArray(),
            SubHashes = r.SubHashes!.Value.ToArray(),
        }, (r, e) => ids.Fragments[r.Id] = e.Id, cancellationToken);
        await SaveAsync(context, rows.Nodes, r => new GraphNode
        {
            PackageId = ids.PackageOfFile(r.FileId!.Value),
            PackageVersionId = ids.VersionOfFile(r.FileId.Value),
            FileId = ids.Files[r.FileId.Value],
            FragmentId = ids.Fragments[r.FragmentId!.Value],
            Engine = r.Engine,
            Kind = r.Kind,
            Module = r.Module,
            Name = r.Name,
            Arity = r.Arity,
            QualifiedName = r.QualifiedName,
            Line = r.Line,
            Col = r.Col,
        }, (r, e) => ids.Nodes[r.Id] = e.Id, cancellationToken);
        await SaveAsync(context, rows.Comments, r => new Comment
        {
            PackageId = ids.PackageOfFile(r.FileId),
            PackageVersionId = ids.VersionOfFile(r.FileId),
            FileId = ids.Files[r.FileId],
            FragmentId = ids.Fragments[r.FragmentId!.Value],
            Text = r.Text,
            Line = r.Line!.Value,
            Col = r.Col!.Value,
        }, (_, _) => { }, cancellationToken);
        await SaveAsync(context, rows.Definitions, r => new Definition
        {
            PackageId = ids.PackageOfFile(r.FileId),
            PackageVersionId = ids.VersionOfFile(r.FileId),
            FileId = ids.Files[r.FileId],
            FragmentId = ids.Fragments[r.FragmentId!.Value],
            Kind = r.Kind,
            Module = r.Module,
            Name = r.Name,
            Arity = r.Arity,
            QualifiedName = r.QualifiedName,
            Line = r.Line!.Value,
            Col = r.Col!.Value,
        }, (_, _) => { }, cancellationToken);
        await SaveAsync(context, rows.References, r => new SymbolReference
        {
            PackageId = ids.PackageOfFile(r.FileId),
            PackageVersionId = ids.VersionOfFile(r.FileId),
            FileId = ids.Files[r.FileId],
            FragmentId = ids.Fragments[r.FragmentId!.Value],
            Kind = r.Kind,
            Module = r.Module,
            Name = r.Name,
            Arity = r.Arity,
            QualifiedName = r.QualifiedName,
            Line = r.Line!.Value,
            Col = r.Col!.Value,
        }, (_, _) => { }, cancellationToken);
        await SaveAsync(
            context, TermSet.Pack(rows.FragmentTerms),
            r => new FragmentTermSet
            {
                FragmentId = ids.Fragments[r.FragmentId],
                TermIds = [.. r.TermIds.Select(t => ids.Terms[t]).Order()],
            }, (_, _) => { }, cancellationToken);
    }

    /// <summary>Saves rows as entities, and notes the ids that those were given.</summary>
    private static async Task SaveAsync<TRow, TEntity>(
        ContenderContext context, IEnumerable<TRow> rows, Func<TRow, TEntity> toEntity, Action<TRow, TEntity> note,
        CancellationToken cancellationToken)
        where TEntity : class
    {
        await using var database = new IndexDbContext(context.DataSource);
        var pairs = rows.Select(r => (Row: r, Entity: toEntity(r))).ToList();
        database.AddRange(pairs.Select(p => p.Entity));
        await database.SaveChangesAsync(cancellationToken);
        foreach (var (row, entity) in pairs)
            note(row, entity);
    }
}
