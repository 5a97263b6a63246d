namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// Chooses how a row tells an inserter view whose it is: by ids, by natural keys, or both. What has no known id is named by key.
/// </summary>
/// <param name="model">What stands.</param>
/// <param name="validation">The rows of the bundle.</param>
/// <param name="ids">The ids known so far.</param>
/// <param name="hashes">The content hashes known so far.</param>
/// <param name="random">Makes the choices.</param>
internal sealed class RowWiseNaming(
    IndexModel model,
    BundleValidation validation,
    IReadOnlyDictionary<RowKey, long> ids,
    IReadOnlyDictionary<RowKey, byte[]> hashes,
    Random random)
{
    /// <summary>The id given for a row that does not stand.</summary>
    private const long NoSuchId = -1;

    private enum Manner
    {
        ById,
        ByKey,
        Both,
    }

    /// <summary>What to insert for a row; nothing where one that it refers to was left out and cannot be named.</summary>
    public RowWiseInsert? Insert(BundleRow row)
    {
        var insert = new RowWiseInsert(row);
        foreach (var column in row.Table.Columns.Where(column => column.Name != "id" && column.RefersTo is null))
        {
            if (row[column.Name] is not null || random.Next(2) == 0)
                insert.Add(column.Name, row[column.Name]);
        }
        var dangling = row.Table.Columns
            .Where(column => row[column.Name] is not null && column.RefersTo is not null
                && validation.Parent(row, column.Name) is null)
            .ToList();
        foreach (var column in dangling)
            insert.Add(column.Name, NoSuchId);
        var named = NameHome(insert, idsOnly: validation.SqlStates(row).Overlaps(["23503", "XG010"]))
            && NameFragment(insert)
            && NameTerm(insert)
            && NameNode(insert, "caller")
            && NameNode(insert, "callee");
        return named ? insert : null;
    }

    /// <summary>Whether a call tells the natural key of the node that it refers to.</summary>
    public bool TellsNode(BundleRow call, string role) =>
        validation.Parent(call, $"{role}_node_id") is { } node
        && call[$"{role}_qualified_name"] is string name && name == (string)node["qualified_name"]!;

    private bool NameHome(RowWiseInsert insert, bool idsOnly)
    {
        var row = insert.Row;
        var file = validation.Parent(row, "file_id");
        var version = VersionOf(row, file);
        var package = version is null ? null : validation.Parent(version.Row, "package_id");
        if (row.Table == BundleTable.PackageVersions)
            package = validation.Parent(row, "package_id");
        string[] columns = ["package_id", "package_version_id", "file_id"];
        var parents = columns
            .Select(column => (Column: column, Parent: validation.Parent(row, column)))
            .Where(named => named.Parent is not null)
            .ToList();
        var idsAreKnown = parents.All(named => ids.ContainsKey(named.Parent!.Key));
        var manner = idsOnly || (file ?? version ?? package) is null ? Manner.ById : AnyManner(idsAreKnown);
        if (manner != Manner.ByKey)
        {
            if (!idsAreKnown)
                return false;
            foreach (var (column, parent) in parents)
                insert.Add(column, ids[parent!.Key]);
        }
        if (manner == Manner.ById)
            return true;

        if (file is not null && (manner == Manner.ByKey || random.Next(2) == 0))
            insert.Add("file_sha256", file["sha256"]);
        NamePackage(insert, "", package, version);
        return true;
    }

    private bool NameFragment(RowWiseInsert insert)
    {
        var column = insert.Row.Table == BundleTable.CallEdges ? "call_site_fragment_id" : "fragment_id";
        if (validation.Parent(insert.Row, column) is not { } fragment)
            return true;
        var manner = HashNames(fragment, validation.Parent(insert.Row, "file_id")) ? AnyManner(idIsKnown: true) : Manner.ById;
        if (manner != Manner.ByKey)
            insert.Add(column, ids[fragment.Key]);
        if (manner != Manner.ById)
            insert.Add(column == "fragment_id" ? "fragment_content_hash" : "call_site_content_hash", hashes[fragment.Key]);
        return true;
    }

    /// <summary>Whether the hash of a fragment means no other: in the file of the row, or where that has none such, in all.</summary>
    private bool HashNames(ValidRow fragment, ValidRow? file)
    {
        if (fragment["content_hash"] is not byte[] hash)
            return true; // a computed one
        var all = model.FragmentsWith(hash).ToList();
        var here = all.Where(other => other.File == file?.Key).ToList();
        return (here.Count > 0 ? here : all) is [var only] && only.Key == fragment.Key;
    }

    private bool NameTerm(RowWiseInsert insert)
    {
        if (validation.Parent(insert.Row, "term_id") is not { } term)
            return true;
        var manner = AnyManner(ids.ContainsKey(term.Key));
        if (manner != Manner.ByKey)
            insert.Add("term_id", ids[term.Key]);
        if (manner == Manner.ById)
            return true;
        insert.Add("term", term["term"]);
        insert.NamedByKey.Add(term);
        return true;
    }

    private bool NameNode(RowWiseInsert insert, string role)
    {
        if (validation.Parent(insert.Row, $"{role}_node_id") is not { } node)
            return true;
        var idIsKnown = ids.TryGetValue(node.Key, out var id);
        var tells = TellsNode(insert.Row, role);
        if (!idIsKnown && !tells)
            return false;
        var manner = tells ? AnyManner(idIsKnown) : Manner.ById;
        if (manner != Manner.ByKey)
            insert.Add($"{role}_node_id", id);
        if (manner == Manner.ById)
            return true;

        var file = validation.Parent(node.Row, "file_id");
        var version = VersionOf(node.Row, file);
        if (version is not null)
            NamePackage(insert, role + "_", validation.Parent(version.Row, "package_id"), version);
        if (file is not null)
            insert.Add($"{role}_file_sha256", file["sha256"]);
        foreach (var column in new[] { "engine", "kind", "external_id", "line", "col" })
            insert.Add($"{role}_{column}", node[column]);
        insert.NamedByKey.Add(node);
        return true;
    }

    private static void NamePackage(RowWiseInsert insert, string prefix, ValidRow? package, ValidRow? version)
    {
        if (package is null)
            return;
        insert.Add(prefix + "ecosystem", package["ecosystem"]);
        insert.Add(prefix + "package", package["name"]);
        insert.NamedByKey.Add(package);
        if (version is null)
            return;
        insert.Add(prefix + "version", version["version"]);
        insert.NamedByKey.Add(version);
    }

    private ValidRow? VersionOf(BundleRow row, ValidRow? file) => validation.Parent(file?.Row ?? row, "package_version_id");

    private Manner AnyManner(bool idIsKnown) => idIsKnown ? (Manner)random.Next(3) : Manner.ByKey;
}
