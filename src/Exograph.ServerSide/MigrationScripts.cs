using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Exograph.ServerSide;

/// <summary>A script of the installation.</summary>
/// <param name="name">File name under <c>migrations/</c>, or path under <c>sql/</c>.</param>
/// <param name="text">Its SQL.</param>
internal sealed class MigrationScript(string name, string text) : DbUp.Engine.SqlScript(name, text)
{
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Contents)));
}

/// <param name="Migrations">Run-once scripts in their order.</param>
/// <param name="Code">Re-runnable scripts in their order.</param>
internal sealed record MigrationScripts(IReadOnlyList<MigrationScript> Migrations, IReadOnlyList<MigrationScript> Code)
{
    /// <summary>Number of the last migration.</summary>
    public int Version => int.Parse(Migrations[^1].Name.AsSpan(0, 4), CultureInfo.InvariantCulture);

    /// <summary>What takes everything out of a database again.</summary>
    public static string Uninstall { get; } = Read("uninstall.sql");

    private const string MigrationPrefix = "migrations/";
    private const string CodePrefix = "sql/";

    /// <summary>The scripts that this library carries.</summary>
    public static MigrationScripts Embedded { get; } = new(
        [.. typeof(MigrationScripts).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(MigrationPrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => new MigrationScript(n[MigrationPrefix.Length..], Read(n)))],
        [.. Read(CodePrefix + "order.txt").Split('\n')
            .Select(line => line.Split('#')[0].Trim())
            .Where(path => path.Length > 0)
            .Select(path => new MigrationScript(path, Read(CodePrefix + path)))]);

    /// <summary>Line ends are LF whatever the checkout made of them, so that hashes agree between machines.</summary>
    private static string Read(string resource)
    {
        using var stream = typeof(MigrationScripts).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The script {resource} is listed but was not built into this library.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
