using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Exograph.Extract.CSharp;

/// <summary>Makes compilations that nobody emits: they are there to say what names mean.</summary>
internal static class Compilations
{
    private static readonly CSharpCompilationOptions s_options = new(
        OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, concurrentBuild: false, metadataImportOptions: MetadataImportOptions.Public,
        nullableContextOptions: NullableContextOptions.Disable);

    public static CSharpCompilation Of(
        string assembly, ProjectItems items, IEnumerable<string> friends, IEnumerable<SyntaxTree> trees,
        IEnumerable<MetadataReference> projects)
    {
        var references = ReferenceAssemblies.Core.AddRange(items.UsesWeb ? ReferenceAssemblies.Web : []).AddRange(projects);
        return CSharpCompilation.Create(assembly, trees.Append(Besides(items, items.Friends.Concat(friends))), references, s_options);
    }

    /// <summary>What the build adds to the sources of a project.</summary>
    private static SyntaxTree Besides(ProjectItems items, IEnumerable<string> friends)
    {
        var text = new StringBuilder();
        foreach (var name in items.GlobalUsings.Where(IsOfNames))
            text.Append("global using ").Append(name).Append(";\n");
        foreach (var friend in friends.Distinct(StringComparer.Ordinal))
            text.Append("[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(")
                .Append(SymbolDisplay.FormatLiteral(friend, quote: true)).Append(")]\n");
        return SyntaxFactory.ParseSyntaxTree(text.ToString(), FlatTree.ParseOptions([]));
    }

    private static bool IsOfNames(string directive) =>
        directive.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '<' or '>' or ',' or '=' or ' ' or '@' or ':');
}
