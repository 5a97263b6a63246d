namespace Exograph.ServerSide.Bundles;

/// <summary>A file with rows for a table of a schema.</summary>
/// <param name="Source">Name of the file without its extension.</param>
/// <param name="Table">Table that its rows are put into.</param>
/// <param name="Path">Where it is.</param>
internal sealed record PutFile(string Source, TargetTable Table, string Path) : InputFile(Table, Path);

/// <summary>A directory of files, each with rows of a table of a schema.</summary>
internal sealed class PutBundle
{
    private readonly RowCounts? _manifest;

    private PutBundle(string name, IReadOnlyList<PutFile> files, RowCounts? manifest)
    {
        (Name, Files, _manifest) = (name, files, manifest);
    }

    /// <summary>How messages call it.</summary>
    public string Name { get; }

    public IReadOnlyList<PutFile> Files { get; }

    /// <summary>Whether a manifest counts its rows.</summary>
    public bool IsCounted => _manifest is not null;

    /// <exception cref="BundleException">It is no directory of files of tables of the schema.</exception>
    public static PutBundle Open(string path, TargetSchema schema, BundlePutOptions options)
    {
        var files = InputFile.In(path).Select(p => Recognize(p, schema, options)).OfType<PutFile>().ToList();
        if (files.Count == 0)
            throw new BundleException(path, $"expected files such as {schema.TableNames[0]}.csv, found none");
        if (files.GroupBy(f => f.Table).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new BundleException(path, $"expected one file per table, found {string.Join(" and ", twice.Select(f => f.Name))}");
        var names = files.Select(f => f.Source).Concat(schema.TableNames).Concat(options.Tables.Keys).Concat(options.LeaveOut).Distinct().ToList();
        var manifest = RowCounts.ReadManifest(System.IO.Path.Combine(path, RowCounts.ManifestName), names);
        if (manifest?.Counted.FirstOrDefault(n => !options.LeaveOut.Contains(n) && files.TrueForAll(f => f.Source != n)) is { } missing)
        {
            throw new BundleException(path,
                $"expected a file of {missing}, of which {RowCounts.ManifestName} counts {manifest[missing]} rows, found none");
        }
        return new PutBundle(path, files, manifest);
    }

    /// <exception cref="BundleException">The manifest counts other rows than were found.</exception>
    public void CheckCount(PutFile file, long rows)
    {
        if (_manifest is not null && _manifest[file.Source] is var expected && expected != rows)
            throw new BundleException(file.Name, $"expected {expected} rows, as {RowCounts.ManifestName} counts them, found {rows}");
    }

    /// <summary>Files of other kinds, such as a README, are nobody's; one that looks like a table must be one.</summary>
    private static PutFile? Recognize(string path, TargetSchema schema, BundlePutOptions options)
    {
        var name = System.IO.Path.GetFileName(path);
        if (InputFile.ExtensionOf(name) is not { } extension)
            return null;
        var source = name[..^extension.Length];
        if (options.LeaveOut.Contains(source))
            return null;
        var target = options.Tables.GetValueOrDefault(source, source);
        var table = name.EndsWith(extension, StringComparison.Ordinal) ? schema.Find(target) : null;
        if (table is null)
        {
            var problem = target == source ? $"expected the name of a table of {schema.Name} before {extension}"
                : $"expected a table of {schema.Name} that its rows go into, found {target}";
            throw new BundleException(path, $"{problem}; the tables are {RowTable.List(schema.TableNames)}");
        }
        return Exograph.Shared.RegularFile.Problem(path) is { } what
            ? throw new BundleException(path, $"expected a regular file, but it {what}")
            : new PutFile(source, table, path);
    }
}
