using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Exograph.Extract.CSharp;

/// <summary>The package that a file's facts belong to; null stands for a file of no package.</summary>
internal sealed record PackageKey(string Ecosystem, string? Package, string? Version);

/// <summary>Makes the facts of one file. Holds no state; several files can be done at once.</summary>
internal static class FileExtractor
{
    private const int MinSubMass = 3;
    private const int MaxSubHashes = 64;

    public static FileFacts Extract(
        SourceFile source, ParsedSource parsed, PackageKey package, PackageIndex index, CallBinder? binder, long firstNode, int minMass)
    {
        var tree = FlatTree.Of(parsed);
        var declarations = DeclarationMap.Of(tree);
        var fragments = new FragmentMap(tree, minMass);
        var facts = new FileFacts { Source = source, FirstNode = firstNode };
        Warn(facts, tree, declarations);
        AddFragments(facts, tree, declarations, fragments, package);
        AddDeclarations(facts, tree, declarations, fragments);
        new CommentCollector(tree, fragments, facts).Collect();
        var resolver = new NameResolver(index, declarations, new VariableTable(tree, declarations), firstNode);
        var tooCostly = binder is null ? FrozenSet<int>.Empty : BindingCost.TooCostly(tree, declarations, index);
        new ReferenceCollector(tree, declarations, resolver, binder, tooCostly, fragments, facts).Collect();
        if (tooCostly.Count > 0)
            facts.Warnings.Add($"{source.Path}: in {tooCostly.Count} members names are not bound: code nests too deeply, or lambdas for their overloads");
        if (binder?.GivenUp is { } reason)
            facts.Warnings.Add($"{source.Path}: {reason}; the rest of its names are resolved by syntax");
        WarnOfNothing(facts, tree);
        return facts;
    }

    private static void Warn(FileFacts facts, FlatTree tree, DeclarationMap declarations)
    {
        if (facts.Source.Mended)
            facts.Warnings.Add($"{facts.Source.Path}: what is no text, or NUL, is replaced by U+FFFD");
        if (tree.Unparsed is { } reason)
            facts.Warnings.Add($"{facts.Source.Path}: {reason}; the file has no fragments");
        if (declarations.LeftOut > 0)
            facts.Warnings.Add(
                $"{facts.Source.Path}: {declarations.LeftOut} definitions are left out, because their names are many times the file");
        foreach (var position in declarations.TooLong)
            facts.Warnings.Add(
                $"{facts.Source.Path}:{tree.Place(position).Line}: a name longer than 2000 bytes is left out");
    }

    /// <summary>Says so where a file with code gives nothing that anybody could look for.</summary>
    private static void WarnOfNothing(FileFacts facts, FlatTree tree)
    {
        const int maxSymbols = 3;
        var hidden = tree.HiddenBy();
        facts.HidesCode = hidden is not null;
        const int endOfFile = 2;
        if (tree.Unparsed is not null || facts.Fragments.Count + facts.Definitions.Count + facts.References.Count > 0
            || hidden is null && tree.Items.Length <= endOfFile)
            return;
        facts.Warnings.Add(hidden is null
            ? $"{facts.Source.Path}: gives no definitions and no references, although it is not empty"
            : $"{facts.Source.Path}: gives no definitions and no references: preprocessor symbols leave its code out"
                + (hidden.Count == 0 ? "" : $" ({string.Join(", ", hidden.Take(maxSymbols))}; see --define and --framework)"));
    }

    private static void AddFragments(
        FileFacts facts, FlatTree tree, DeclarationMap declarations, FragmentMap fragments, PackageKey package)
    {
        var trees = new AstEncoder(tree);
        var terms = new TermCollector(tree, declarations, facts);
        foreach (var item in fragments.Items)
        {
            ref readonly var node = ref tree.Items[item];
            var kind = SyntaxNames.Of(node.Kind);
            var start = tree.Place(node.Start);
            var end = tree.Place(node.Stop);
            var exactHash = SHA256.HashData(trees[item]);
            var (module, name, arity) = NameOf(tree, declarations, item);
            facts.Fragments.Add(new FragmentFact(
                kind, module, name, arity, start.Line, end.Line, node.Mass,
                [AstDecoder.FormatVersion, .. trees[item]],
                exactHash,
                ContentHash(package, facts.Source.Sha256, start, end, kind, exactHash),
                SubHashes(tree, trees, item),
                terms.TermsOf(facts.Fragments.Count, item)));
        }
    }

    /// <summary>The name of the type or member that a fragment is, or else is part of.</summary>
    private static (string? Module, string? Name, int? Arity) NameOf(FlatTree tree, DeclarationMap declarations, int item)
    {
        // A field declaration has the name of its first field.
        if (tree.Items[item].Node is BaseFieldDeclarationSyntax)
            for (var end = tree.Items[item++].End; item < end - 1 && tree.Items[item].Node is not VariableDeclaratorSyntax;)
                item++;
        var at = declarations.Innermost(item);
        while (at >= 0 && declarations.All[at] is { Kind: null, IsNode: false })
            at = declarations.All[at].Parent;
        return at < 0 ? default : (declarations.All[at].Module, declarations.All[at].Name, declarations.All[at].Arity);
    }

    private static void AddDeclarations(FileFacts facts, FlatTree tree, DeclarationMap declarations, FragmentMap fragments)
    {
        foreach (var declaration in declarations.All)
        {
            var (line, column) = tree.Place(declaration.Position);
            var fragment = fragments.Around(declaration.Item);
            if (declaration.IsNode)
                facts.Nodes.Add(new NodeFact(
                    fragment, declaration.Role == DeclarationRole.Type ? "type" : "function", declaration.Module,
                    declaration.Name, declaration.Arity, declaration.Qualified, line, column));
            if (declaration.Kind is { } kind)
                facts.Definitions.Add(new SymbolFact(
                    fragment, kind, declaration.Module, declaration.Name, declaration.Arity, declaration.Qualified,
                    line, column));
        }
    }

    /// <summary>The first 8 bytes of the hashes of what is directly below; a block counts as its statements.</summary>
    private static long[] SubHashes(FlatTree tree, AstEncoder trees, int item)
    {
        var hashes = new List<long>();
        Add(item);
        return [.. hashes];

        void Add(int parent)
        {
            for (var i = parent + 1; i < tree.Items[parent].End && hashes.Count < MaxSubHashes; i = tree.Items[i].End)
            {
                if (tree.Items[i].Node is BlockSyntax && parent == item)
                    Add(i);
                else if (tree.Items[i].Node is not null && tree.Items[i].Mass >= MinSubMass)
                    hashes.Add(BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(trees[i])));
            }
        }
    }

    /// <summary>SHA-256 over what tells a fragment from all others, each text with its length before it.</summary>
    private static byte[] ContentHash(
        PackageKey package, byte[] sha256, (int Line, int Column) start, (int Line, int Column) end, string kind,
        byte[] exactHash)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Text(package.Package is null ? null : package.Ecosystem);
        Text(package.Package);
        Text(package.Version);
        hash.AppendData(sha256);
        Number(start.Line);
        Number(start.Column);
        Number(end.Line);
        Number(end.Column);
        Text(kind);
        hash.AppendData(exactHash);
        return hash.GetHashAndReset();

        void Text(string? text)
        {
            var bytes = Encoding.UTF8.GetBytes(text ?? "");
            Number(text is null ? -1 : bytes.Length);
            hash.AppendData(bytes);
        }

        void Number(int number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(bytes, number);
            hash.AppendData(bytes);
        }
    }
}
