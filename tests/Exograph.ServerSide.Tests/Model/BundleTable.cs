namespace Exograph.ServerSide.Tests.Model;

internal enum ColumnType
{
    Bigint,
    Integer,
    Text,
    Bytea,
    BigintArray,
    Jsonb,
}

internal sealed record BundleColumn(string Name, ColumnType Type, bool Required)
{
    /// <summary>The table whose number the column holds, if it is a reference.</summary>
    public string? RefersTo => Name switch
    {
        "package_id" => "packages",
        "package_version_id" => "package_versions",
        "file_id" => "files",
        "fragment_id" or "call_site_fragment_id" => "fragments",
        "caller_node_id" or "callee_node_id" => "graph_nodes",
        "term_id" => "terms",
        _ => null,
    };

    public int? MaxBytes => Name switch
    {
        "ecosystem" or "engine" or "kind" or "content_hash" or "exact_hash" => 500,
        "name" or "version" or "path" or "module" or "external_id" => 2000,
        "qualified_name" or "caller_qualified_name" or "callee_qualified_name" => 2000,
        "sha256" => 32,
        _ => null,
    };

    public int MinBytes => Name == "sha256" ? 32 : 0;
}

/// <summary>A table of the bundle format, as docs/bundle-format.md lists it: the model's own copy of the contract.</summary>
internal sealed class BundleTable
{
    public static readonly BundleTable Packages = new(
        "packages",
        "id bigint req, ecosystem text req, name text req, metadata jsonb",
        "ecosystem, name");

    public static readonly BundleTable PackageVersions = new(
        "package_versions",
        "id bigint req, package_id bigint req, version text req, source_ref text, checksum text, metadata jsonb",
        "package_id, version");

    public static readonly BundleTable Files = new(
        "files",
        "id bigint req, package_id bigint, package_version_id bigint, path text req, source text req, "
        + "comments_text text, sha256 bytea req",
        "package_version_id, sha256");

    public static readonly BundleTable Terms = new("terms", "id integer req, term text req", "term");

    public static readonly BundleTable Fragments = new(
        "fragments",
        "id bigint req, package_id bigint, package_version_id bigint, file_id bigint req, content_hash bytea, ast bytea req, "
        + "kind text req, module text, name text, arity integer, line integer req, end_line integer, mass integer req, "
        + "exact_hash bytea, sub_hashes bigint[]",
        "file_id, line, end_line, content_hash");

    public static readonly BundleTable GraphNodes = new(
        "graph_nodes",
        "id bigint req, package_id bigint, package_version_id bigint, file_id bigint, fragment_id bigint, engine text req, "
        + "external_id text, kind text req, module text, name text, arity integer, qualified_name text req, line integer, "
        + "col integer, metadata jsonb",
        "package_version_id, file_id, engine, kind, external_id, qualified_name, line, col");

    public static readonly BundleTable Comments = new(
        "comments",
        "package_id bigint, package_version_id bigint, file_id bigint req, fragment_id bigint, text text req, line integer, "
        + "col integer",
        "file_id, line, col, text");

    public static readonly BundleTable Definitions = new("definitions", NamedFact, "file_id, line, col, kind, qualified_name");

    public static readonly BundleTable SymbolReferences = new(
        "symbol_references",
        NamedFact,
        "file_id, line, col, kind, qualified_name");

    public static readonly BundleTable CallEdges = new(
        "call_edges",
        "package_id bigint, package_version_id bigint, file_id bigint, caller_node_id bigint req, callee_node_id bigint req, "
        + "call_site_fragment_id bigint, caller_qualified_name text req, callee_qualified_name text req, line integer, "
        + "col integer, metadata jsonb",
        "caller_node_id, callee_node_id, line, col");

    public static readonly BundleTable FragmentTerms = new(
        "fragment_terms",
        "fragment_id bigint req, term_id integer req",
        "fragment_id, term_id");

    private const string NamedFact =
        "package_id bigint, package_version_id bigint, file_id bigint req, fragment_id bigint, kind text req, module text, "
        + "name text req, arity integer, qualified_name text req, line integer, col integer";

    private readonly Dictionary<string, int> _positions;

    private BundleTable(string name, string columns, string key)
    {
        Name = name;
        Columns = [.. columns.Split(", ").Select(Parse)];
        Key = key.Split(", ");
        IsDimension = Columns[0].Name == "id";
        _positions = Enumerable.Range(0, Columns.Count).ToDictionary(i => Columns[i].Name);
        Payload = [.. Enumerable.Range(0, Columns.Count).Where(i => Columns[i].Name != "id" && !Key.Contains(Columns[i].Name))];
    }

    /// <summary>Every table of a bundle, parents before children.</summary>
    public static IReadOnlyList<BundleTable> All { get; } =
    [
        Packages, PackageVersions, Files, Terms, Fragments, GraphNodes, Comments, Definitions, SymbolReferences, CallEdges,
        FragmentTerms,
    ];

    public string Name { get; }

    public IReadOnlyList<BundleColumn> Columns { get; }

    /// <summary>The columns of the natural key of a dimension, or of the identity of a fact.</summary>
    public IReadOnlyList<string> Key { get; }

    /// <summary>The columns that belong neither to the number nor to the key, by position.</summary>
    public IReadOnlyList<int> Payload { get; }

    /// <summary>Whether the rows have numbers, and facts point at them.</summary>
    public bool IsDimension { get; }

    public static BundleTable Named(string name) => All.Single(table => table.Name == name);

    public bool Has(string column) => _positions.ContainsKey(column);

    public int Position(string column) => _positions[column];

    public override string ToString() => Name;

    private static BundleColumn Parse(string column)
    {
        var words = column.Split(' ');
        var type = words[1] switch
        {
            "bigint" => ColumnType.Bigint,
            "integer" => ColumnType.Integer,
            "text" => ColumnType.Text,
            "bytea" => ColumnType.Bytea,
            "bigint[]" => ColumnType.BigintArray,
            "jsonb" => ColumnType.Jsonb,
            _ => throw new ArgumentException($"unknown type in '{column}'"),
        };
        return new BundleColumn(words[0], type, words.Length == 3);
    }
}
