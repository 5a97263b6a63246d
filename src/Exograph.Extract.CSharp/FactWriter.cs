using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Exograph.Extract.CSharp;

/// <summary>Numbers rows and writes them. Keeps a digest and a number per term, and per callee outside the package.</summary>
internal sealed class FactWriter(BundleSink sink)
{
    private const string Engine = "roslyn";

    private readonly Dictionary<UInt128, int> _terms = [];
    private readonly Dictionary<UInt128, long> _externalNodes = [];
    private readonly List<long> _set = [];
    private long _packages;
    private long _files;
    private long _fragments;
    private long? _package;

    /// <summary>The number of the next graph node.</summary>
    public long NextNode { get; set; } = 1;

    /// <summary>Starts a package, to which the files written next belong; of a null name, they belong to none.</summary>
    public void BeginPackage(PackageKey package)
    {
        _externalNodes.Clear();
        _package = null;
        if (package.Package is null)
            return;
        _package = ++_packages;
        sink[BundleTable.Packages].Begin()
            .Number("id"u8, _packages)
            .Text("ecosystem"u8, package.Ecosystem)
            .Text("name"u8, package.Package)
            .End();
        sink[BundleTable.PackageVersions].Begin()
            .Number("id"u8, _packages)
            .Number("package_id"u8, _packages)
            .Text("version"u8, package.Version)
            .End();
    }

    /// <summary>Writes all rows of a file.</summary>
    public async Task WriteAsync(FileFacts facts, CancellationToken cancellationToken)
    {
        var file = ++_files;
        sink[BundleTable.Files].Begin()
            .Number("id"u8, file)
            .Package(_package)
            .Text("path"u8, facts.Source.Path)
            .Text("source"u8, facts.Source.Text)
            .Text("comments_text"u8, facts.CommentsText)
            .Bytes("sha256"u8, facts.Source.Sha256)
            .End();
        var firstFragment = _fragments + 1;
        _fragments += facts.Fragments.Count;
        // Terms that no fragment took are not written.
        var terms = new int[facts.Terms.Count];
        // What nests is written once for each level: much more than the file, which is not to gather in memory.
        for (var i = 0; i < facts.Fragments.Count; i++)
        {
            WriteFragment(facts, i, terms, file, firstFragment);
            await sink.WriteOutAsync(cancellationToken).ConfigureAwait(false);
        }
        WriteNodes(facts, file, firstFragment);
        WriteComments(facts, file, firstFragment);
        await sink.WriteOutAsync(cancellationToken).ConfigureAwait(false);
        WriteSymbols(sink[BundleTable.Definitions], facts.Definitions, file, firstFragment);
        await sink.WriteOutAsync(cancellationToken).ConfigureAwait(false);
        WriteSymbols(sink[BundleTable.SymbolReferences], facts.References, file, firstFragment);
        await sink.WriteOutAsync(cancellationToken).ConfigureAwait(false);
        WriteEdges(facts, file, firstFragment);
        await sink.WriteOutAsync(cancellationToken).ConfigureAwait(false);
    }

    private void WriteFragment(FileFacts facts, int number, int[] terms, long file, long firstFragment)
    {
        var fragment = facts.Fragments[number];
        sink[BundleTable.Fragments].Begin()
            .Number("id"u8, firstFragment + number)
            .Package(_package)
            .Number("file_id"u8, file)
            .Bytes("content_hash"u8, fragment.ContentHash)
            .Bytes("ast"u8, fragment.Ast)
            .Text("kind"u8, fragment.Kind)
            .Text("module"u8, fragment.Module)
            .Text("name"u8, fragment.Name)
            .Number("arity"u8, fragment.Arity)
            .Number("line"u8, fragment.Line)
            .Number("end_line"u8, fragment.EndLine)
            .Number("mass"u8, fragment.Mass)
            .Bytes("exact_hash"u8, fragment.ExactHash)
            .Numbers("sub_hashes"u8, fragment.SubHashes)
            .End();
        _set.Clear();
        foreach (var term in fragment.Terms)
        {
            if (terms[term] == 0)
                terms[term] = NumberOf(facts, term);
            _set.Add(terms[term]);
        }
        if (_set.Count == 0)
            return;
        _set.Sort(); // as the index holds it
        sink[BundleTable.FragmentTermSets].Begin()
            .Number("fragment_id"u8, firstFragment + number)
            .Numbers("term_ids"u8, CollectionsMarshal.AsSpan(_set))
            .End();
    }

    private int NumberOf(FileFacts facts, int term)
    {
        if (_terms.TryGetValue(facts.TermDigests[term], out var number))
            return number;
        number = _terms.Count + 1;
        _terms.Add(facts.TermDigests[term], number);
        sink[BundleTable.Terms].Begin().Number("id"u8, number).Text("term"u8, facts.Terms[term]).End();
        return number;
    }

    private void WriteNodes(FileFacts facts, long file, long firstFragment)
    {
        for (var i = 0; i < facts.Nodes.Count; i++)
        {
            var node = facts.Nodes[i];
            sink[BundleTable.GraphNodes].Begin()
                .Number("id"u8, facts.FirstNode + i)
                .Package(_package)
                .Number("file_id"u8, file)
                .Number("fragment_id"u8, firstFragment + node.Fragment)
                .Text("engine"u8, Engine)
                .Text("kind"u8, node.Kind)
                .Text("module"u8, node.Module)
                .Text("name"u8, node.Name)
                .Number("arity"u8, node.Arity)
                .Text("qualified_name"u8, node.Qualified)
                .Number("line"u8, node.Line)
                .Number("col"u8, node.Column)
                .End();
        }
    }

    private void WriteComments(FileFacts facts, long file, long firstFragment)
    {
        foreach (var comment in facts.Comments)
            sink[BundleTable.Comments].Begin()
                .Package(_package)
                .Number("file_id"u8, file)
                .Number("fragment_id"u8, firstFragment + comment.Fragment)
                .Text("text"u8, comment.Text)
                .Number("line"u8, comment.Line)
                .Number("col"u8, comment.Column)
                .End();
    }

    private void WriteSymbols(RowWriter rows, List<SymbolFact> symbols, long file, long firstFragment)
    {
        foreach (var symbol in symbols)
            rows.Begin()
                .Package(_package)
                .Number("file_id"u8, file)
                .Number("fragment_id"u8, firstFragment + symbol.Fragment)
                .Text("kind"u8, symbol.Kind)
                .Text("module"u8, symbol.Module)
                .Text("name"u8, symbol.Name)
                .Number("arity"u8, symbol.Arity)
                .Text("qualified_name"u8, symbol.Qualified)
                .Number("line"u8, symbol.Line)
                .Number("col"u8, symbol.Column)
                .End();
    }

    private void WriteEdges(FileFacts facts, long file, long firstFragment)
    {
        foreach (var edge in facts.Edges)
        {
            var callee = edge.Callee > 0 ? edge.Callee : ExternalNode(edge);
            sink[BundleTable.CallEdges].Begin()
                .Package(_package)
                .Number("file_id"u8, file)
                .Number("caller_node_id"u8, edge.Caller)
                .Number("callee_node_id"u8, callee)
                .Number("call_site_fragment_id"u8, firstFragment + edge.Fragment)
                .Text("caller_qualified_name"u8, edge.CallerQualified)
                .Text("callee_qualified_name"u8, edge.CalleeQualified)
                .Number("line"u8, edge.Line)
                .Number("col"u8, edge.Column)
                .Json("metadata"u8, edge.Resolution switch
                {
                    Resolution.Semantics => """{"resolution":"semantics"}"""u8,
                    Resolution.Candidates => """{"resolution":"candidates"}"""u8,
                    Resolution.UniqueName => """{"resolution":"unique-name"}"""u8,
                    _ => """{"resolution":"names"}"""u8,
                })
                .End();
        }
    }

    private long ExternalNode(EdgeFact edge)
    {
        var digest = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(edge.CalleeQualified)));
        if (_externalNodes.TryGetValue(digest, out var node))
            return node;
        node = NextNode++;
        _externalNodes.Add(digest, node);
        sink[BundleTable.GraphNodes].Begin()
            .Number("id"u8, node)
            .Package(_package)
            .Text("engine"u8, Engine)
            .Text("kind"u8, "external")
            .Text("module"u8, edge.CalleeModule)
            .Text("name"u8, edge.CalleeName)
            .Text("qualified_name"u8, edge.CalleeQualified)
            .End();
        return node;
    }
}
