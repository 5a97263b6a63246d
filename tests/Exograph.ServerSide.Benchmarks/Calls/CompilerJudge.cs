using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Exograph.ServerSide.Benchmarks.Calls;

/// <summary>
/// Says what the calls of a tree call: each project compiled as its build would, with its packages, all of its files and those of the
/// projects that it refers to. Shares nothing with the extractor but the compiler.
/// </summary>
internal sealed class CompilerJudge
{
    private readonly string _root;
    private readonly Dictionary<string, BuiltProject> _projects = [];
    private readonly Dictionary<string, CSharpCompilation?> _compilations = [];
    private readonly HashSet<string> _folders;

    public CompilerJudge(string root, IEnumerable<string> projectFiles, IEnumerable<BuiltProject> projects)
    {
        _root = root;
        _folders = [.. projectFiles.Select(path => Path.GetDirectoryName(path)!)];
        foreach (var project in projects)
            _projects.TryAdd(project.Assembly, project);
    }

    /// <summary>Every call that is bound, of files that the extractor reads, by place.</summary>
    public Dictionary<Place, TrueCall> Judge(IReadOnlySet<string> files, CancellationToken cancellationToken)
    {
        var calls = new Dictionary<Place, TrueCall>();
        foreach (var project in _projects.Values)
        {
            var compilation = Compile(project);
            foreach (var tree in compilation.SyntaxTrees.Where(tree => files.Contains(Below(tree.FilePath)) && FolderOf(tree.FilePath) == project.Folder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var model = compilation.GetSemanticModel(tree);
                foreach (var node in tree.GetRoot(cancellationToken).DescendantNodes())
                    if (SpanOf(node) is { } span && SymbolOf(model, node) is IMethodSymbol method)
                        calls.TryAdd(PlaceOf(tree, span), TrueCallOf(method, files));
            }
        }
        return calls;
    }

    private CSharpCompilation Compile(BuiltProject project)
    {
        if (_compilations.TryGetValue(project.Assembly, out var made) && made is not null)
            return made;
        _compilations[project.Assembly] = null;
        var arguments = project.Arguments;
        var parsing = arguments.ParseOptions.WithDocumentationMode(DocumentationMode.None).WithFeatures([new("run-nullable-analysis", "never")]);
        var trees = arguments.SourceFiles.Select(file => file.Path).Where(File.Exists).Distinct()
            .Select(path => SyntaxFactory.ParseSyntaxTree(SourceText.From(File.ReadAllText(path)), parsing, path));
        var references = new List<MetadataReference>();
        foreach (var reference in arguments.MetadataReferences)
        {
            var name = Path.GetFileNameWithoutExtension(reference.Reference);
            if (_projects.TryGetValue(name, out var other) && other != project)
            {
                // Of a circle, one is compiled without the next.
                if (!_compilations.TryGetValue(name, out var compiled) || compiled is not null)
                    references.Add((compiled ?? Compile(other)).ToMetadataReference(reference.Properties.Aliases));
            }
            else if (File.Exists(reference.Reference))
            {
                references.Add(MetadataReference.CreateFromFile(reference.Reference, reference.Properties));
            }
        }
        var options = arguments.CompilationOptions.WithCryptoKeyFile(null).WithPublicSign(false).WithDelaySign(null)
            .WithStrongNameProvider(new DesktopStrongNameProvider(arguments.KeyFileSearchPaths));
        if (arguments.CompilationOptions.CryptoKeyFile is { } key && File.Exists(Path.Combine(project.Folder, key)))
            options = options.WithCryptoKeyFile(Path.Combine(project.Folder, key)).WithPublicSign(true);
        made = CSharpCompilation.Create(project.Assembly, trees, references, options);
        _compilations[project.Assembly] = made;
        return made;
    }

    private string Below(string path) => Path.GetRelativePath(_root, path).Replace('\\', '/');

    /// <summary>The folder of the project that a file belongs to: of the nearest at or above it.</summary>
    private string? FolderOf(string path)
    {
        var folder = Path.GetDirectoryName(path);
        while (folder is not null && !_folders.Contains(folder))
            folder = Path.GetDirectoryName(folder);
        return folder;
    }

    private static TextSpan? SpanOf(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => access.Name.Span,
        InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } => binding.Name.Span,
        InvocationExpressionSyntax call => call.Expression.Span,
        ObjectCreationExpressionSyntax creation => creation.Type.Span,
        ImplicitObjectCreationExpressionSyntax or ConstructorInitializerSyntax or PrimaryConstructorBaseTypeSyntax => node.Span,
        _ => null,
    };

    private static ISymbol? SymbolOf(SemanticModel model, SyntaxNode node) => node switch
    {
        ExpressionSyntax expression => model.GetSymbolInfo(expression).Symbol,
        ConstructorInitializerSyntax initializer => model.GetSymbolInfo(initializer).Symbol,
        PrimaryConstructorBaseTypeSyntax initializer => model.GetSymbolInfo(initializer).Symbol,
        _ => null,
    };

    private TrueCall TrueCallOf(IMethodSymbol method, IReadOnlySet<string> files)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        ISymbol declared = method is { MethodKind: MethodKind.Constructor, IsImplicitlyDeclared: true } ? method.ContainingType : method;
        ISymbol?[] parts = [declared, method.PartialDefinitionPart, method.PartialImplementationPart];
        var places = method.MethodKind == MethodKind.DelegateInvoke ? [] : parts.OfType<ISymbol>().SelectMany(PlacesOf).Where(place => files.Contains(place.Path));
        return new TrueCall(NameOf(declared), places.ToHashSet());
    }

    private IEnumerable<Place> PlacesOf(ISymbol symbol)
    {
        foreach (var location in symbol.Locations)
            if (location.SourceTree is { } tree)
                yield return PlaceOf(tree, location.SourceSpan);
        // The node of a primary constructor is where its parameters are.
        foreach (var reference in symbol.DeclaringSyntaxReferences)
            if (symbol is IMethodSymbol && reference.GetSyntax() is TypeDeclarationSyntax { ParameterList: { } list })
                yield return PlaceOf(reference.SyntaxTree, list.Span);
    }

    private Place PlaceOf(SyntaxTree tree, TextSpan span)
    {
        var start = tree.GetText().Lines.GetLinePosition(span.Start);
        return new Place(Below(tree.FilePath), start.Line + 1, start.Character + 1);
    }

    private static string NameOf(ISymbol symbol)
    {
        var parts = new Stack<string>();
        for (var at = symbol; at is not null and not INamespaceSymbol { IsGlobalNamespace: true } and not IModuleSymbol; at = at.ContainingSymbol)
            if (at is not INamedTypeSymbol { TypeKind: TypeKind.Extension })
                parts.Push(at is INamedTypeSymbol { Arity: > 0 } generic ? $"{at.Name}`{generic.Arity}" : at.Name);
        return string.Join('.', parts);
    }
}
